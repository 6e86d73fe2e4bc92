import { z } from 'zod'
import { hostName } from './hosts.ts'
import { headers, jsonPath, pathTemplate, pattern, query, record, text } from './values.ts'

const kept = z.union([
  jsonPath,
  z
    .strictObject({
      path: jsonPath.exactOptional().describe('Where it is; the one itself, which is a text, when absent'),
      pattern: pattern.describe('Its first group is the value'),
    })
    .describe('A part of a text, such as the number in `customers/123`'),
])

export type Discover = z.infer<typeof discover>
/** A call that tells, once there is a credential, what else calls need: a tenant, a data centre. */
export const discover = z
  .strictObject({
    host: hostName.exactOptional(),
    path: pathTemplate,
    query: query.exactOptional(),
    headers: headers.exactOptional(),
    items: jsonPath
      .exactOptional()
      .describe('Where the list of them is; the body itself when absent, be it a list or the only one'),
    keep: record(text(50), kept, 10).describe('What the connection keeps of one, by the name that templates call it'),
  })
  .describe('There must be one, or one that has what the caller names in `config`')
