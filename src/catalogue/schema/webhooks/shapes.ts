import { z } from 'zod'
import { eachPath, headerName, jsonPath, parameter, pattern, record, text } from '../values.ts'

const fitting = {
  pattern: pattern.exactOptional().describe('Its first group is the value; what it does not fit has none'),
}

const fields = [
  z.strictObject({ header: headerName, ...fitting }).describe('In a header'),
  z.strictObject({ query: parameter, ...fitting }).describe('In the query of the address'),
  z
    .strictObject({ path: eachPath, ...fitting })
    .describe('In the body; with a `pattern`, its first group is the value'),
  z
    .strictObject({
      path: eachPath,
      decode: z.enum(['json', 'base64-json']).describe('How the text is written'),
      inside: jsonPath.describe('Where it stands in the JSON of the text'),
      ...fitting,
    })
    .describe('In JSON that a text of the body holds'),
] as const

const before = { prefix: text(50).exactOptional().describe("What stands before it in the account's own id") }

export type WebhookField = z.infer<typeof webhookField>
export const webhookField = z.union(fields)

const split = text(5).exactOptional().describe('What stands between its words, instead of a dot')

export type WebhookTypeParts = z.infer<typeof webhookTypeParts>
/** A type put together from several members, joined by dots, in lower case, with some words replaced. */
const webhookTypeParts = z
  .strictObject({
    paths: z
      .array(z.union([eachPath, z.strictObject({ path: eachPath, pattern }).describe('The first group of a pattern')]))
      .min(1)
      .max(5),
    words: record(z.string().max(100), z.string().max(100), 100),
  })
  .describe('Several members of the body, joined by dots, in lower case, with some words replaced')

export type WebhookType = z.infer<typeof webhookType>
const webhookType = z.union([
  z.strictObject({ header: headerName, ...fitting, split }).describe('In a header'),
  z
    .strictObject({ path: eachPath, ...fitting, split })
    .describe('In the body; with a `pattern`, its first group is the value'),
  webhookTypeParts,
  z.strictObject({ constant: text(100) }).describe('The same for all of this shape'),
])

export type WebhookDeliveryId = z.infer<typeof webhookDeliveryId>
const webhookDeliveryId = z.union([
  ...fields,
  z
    .strictObject({ joined: z.array(webhookField).min(2).max(6) })
    .describe('Several together; none unless all of them are there'),
])

export type WebhookAccount = z.infer<typeof account>
const account = z.union([
  fields[0].extend(before),
  fields[1].extend(before),
  fields[2].extend(before),
  fields[3].extend(before),
])

export type WebhookShape = z.infer<typeof webhookShape>
/**
 * Where a delivery holds what. Paths are dotted, from the body's root; `[]` goes through an array, and a path that goes
 * through the same array as `each` stays within the same item.
 */
export const webhookShape = z.strictObject({
  each: eachPath
    .exactOptional()
    .describe('One event for each thing found here; the whole body is one event when absent'),
  when: eachPath.exactOptional().describe('The shape fits only what has this member, be it anything but null'),
  type: webhookType,
  deliveryId: webhookDeliveryId
    .exactOptional()
    .describe("The platform's id of the event or delivery; the content's hash when absent"),
  account: z
    .array(account)
    .max(10)
    .describe(
      'The account it is about: the first of these that is there. None where only the address says whose it is',
    ),
  withoutAccount: z
    .enum(['unmatched', 'only-connection'])
    .exactOptional()
    .describe("When none is there: nobody's, or the app's one connection where it has just one"),
})
