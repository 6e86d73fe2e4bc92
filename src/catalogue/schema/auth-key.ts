import { z } from 'zod'
import { methodId } from './method-id.ts'
import { placement } from './calls.ts'
import { pattern, text } from './values.ts'

export type ApiKey = z.infer<typeof apiKey>
/** A key that a person pastes. */
export const apiKey = z
  .strictObject({
    kind: z.literal('api_key'),
    id: methodId,
    label: text(100).describe('What the platform calls the key'),
    pattern: pattern.exactOptional().describe('What a key looks like; anything else is refused before it is tried'),
    help: text(500).describe("Where the platform's person finds it"),
    placement: placement.describe('Where a call carries it'),
  })
  .describe('A person pastes a key')
