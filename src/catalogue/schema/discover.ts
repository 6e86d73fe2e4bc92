import { z } from 'zod'
import { hostName } from './hosts.ts'
import { headers, jsonPath, parameter, pathTemplate, pattern, query, record, text } from './values.ts'

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
    client: z
      .strictObject({ id: parameter.exactOptional(), secret: parameter.exactOptional() })
      .exactOptional()
      .describe("Parameters of the query that take the app's id and secret, where the platform asks for them there"),
    items: jsonPath
      .exactOptional()
      .describe('Where the list of them is; the body itself when absent, be it a list or the only one'),
    keep: record(text(50), kept, 10).describe('What the connection keeps of one, by the name that templates call it'),
    secrets: record(text(50), jsonPath, 5)
      .exactOptional()
      .describe(
        'What of one is secret: it is sealed beside the token, and `placement` names it. Until it is known, the token is in its place',
      ),
    name: jsonPath.exactOptional().describe('What a person calls one; what is kept of it is shown unless given'),
    detail: jsonPath.exactOptional().describe('What tells two of one name apart, such as an address'),
    optional: z.boolean().exactOptional().describe('An account without any is connected all the same'),
  })
  .describe(
    'One alone is taken, or the one that the caller names in `config`; of several the person chooses, or the caller',
  )
