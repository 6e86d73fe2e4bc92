import { z } from 'zod'
import { itemPath, jsonPath } from '../values.ts'
import { fieldOptions } from './fields.ts'

const { transform, only, written, nothing } = fieldOptions.shape

const field = jsonPath.describe("The canonical field, such as `phone`; one of the workspace's own may have any name")

export type FieldOverride = z.infer<typeof fieldOverride>
const fieldOverride = z.union([
  z.strictObject({
    field,
    path: z
      .union([itemPath, z.array(itemPath).min(2).max(5)])
      .describe('Where the platform has it; several places for a `join`'),
    ...{ transform, only, written, nothing },
  }),
  z.strictObject({ field, off: z.literal(true).describe('The field is not mapped') }),
])

/** A workspace's own pairs of fields, which stand before the platform's. */
export const fieldOverrides = z.array(fieldOverride).max(100)
