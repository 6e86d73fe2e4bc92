import { z } from 'zod'
import { headers, jsonPath, pathTemplate, query, text } from './values.ts'

export type IdentityDefinition = z.infer<typeof identity>
/** The call that proves a connection works and says whose account it is. */
export const identity = z.strictObject({
  get: pathTemplate,
  headers: headers.exactOptional(),
  id: z
    .union([jsonPath, z.strictObject({ captured: text(100) })])
    .describe(
      "Where the answer has the account's id; or which captured value it is, where the answer does not name the account",
    ),
  name: jsonPath.describe('Where the answer has the name of the account'),
})

export type ReadDefinition = z.infer<typeof readDefinition>
/** A call that reads one thing by its id. */
export const readDefinition = z.strictObject({
  path: pathTemplate,
  query: query.exactOptional(),
  headers: headers.exactOptional(),
  item: jsonPath.exactOptional().describe('Where the thing is in the answer; the body itself when absent'),
})
