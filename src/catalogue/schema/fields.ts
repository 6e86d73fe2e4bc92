import { z } from 'zod'
import { pattern, text } from './values.ts'

export type Field = z.infer<typeof field>
/** One thing that a person is asked for. */
export const field = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,49}$/, 'must be a name of letters and digits')
    .describe('What templates call it, in braces'),
  label: text(100).describe('What it is called to a person'),
  help: text(500).exactOptional().describe('Where the person finds it'),
  default: text(1_000).exactOptional().describe('What it is when nobody says; a person may say another'),
  pattern: pattern.exactOptional().describe('What a value looks like; anything else is refused before it is tried'),
  secret: z.boolean().exactOptional().describe('The value is sealed, and never answered'),
})

/** What an app consists of beside its client's id and secret and the secret of its webhooks. */
export const appFields = z.strictObject({
  fields: z.array(field).min(1).max(10).describe('Such as a private key or a team; templates may name them'),
})
