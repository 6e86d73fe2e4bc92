import { z } from 'zod'
import { field } from '../fields.ts'
import { itemPath, jsonPath, text } from '../values.ts'

/** What marks a thing, by a member and its value. */
export const marker = z.strictObject({ path: itemPath, equals: z.union([z.string().max(200), z.boolean()]) })

export type Skipped = z.infer<typeof skipped>
/** What tells that something on a list is no thing of this kind. */
export const skipped = z.union([
  marker,
  z.strictObject({ path: jsonPath, present: z.literal(true).describe('Whatever it is') }),
])

/** What a sync is asked for that no connection knows. Each has a pattern, as it may become part of a statement. */
export const asks = z
  .array(field.extend({ pattern: field.shape.pattern.unwrap(), help: text(500), secret: z.never().exactOptional() }))
  .min(1)
  .max(10)
