import { z } from 'zod'
import { identity } from './calls.ts'
import { slug } from './values.ts'

/** What every way to a credential says. */
export const everyMethod = {
  id: slug.describe('What the method is called; unique within the platform'),
  environments: z
    .array(slug)
    .min(1)
    .max(10)
    .exactOptional()
    .describe('The environments that it is for; every one unless given'),
  byNameOnly: z
    .literal(true)
    .exactOptional()
    .describe('It is taken only where the caller names it: another is meant where none is named'),
  identity: identity
    .exactOptional()
    .describe("How it is known whose account it is, where its credential cannot make the platform's own call"),
}
