import { z } from 'zod'
import { placement } from '../calls.ts'
import { headers, httpsUrl, parameter, record } from '../values.ts'

/** Text in which `{accessToken}`, `{refreshToken}`, `{clientId}` and `{clientSecret}` are filled. */
const template = z.string().max(500)

export type Revoke = z.infer<typeof revoke>
/** How a grant is given back. */
export const revoke = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rfc7009'), url: httpsUrl }).describe('RFC 7009 at a URL'),
  z
    .strictObject({ kind: z.literal('delete-grant'), url: httpsUrl })
    .describe("DELETE with the client's id in the path, `{clientId}`, and the token in a JSON body"),
  z
    .strictObject({
      kind: z.literal('call'),
      method: z.enum(['POST', 'DELETE', 'GET']),
      url: httpsUrl,
      as: z
        .enum(['token', 'client', 'nobody'])
        .describe('Who asks: the token, placed as calls carry it; the client, as at the token endpoint; or nobody'),
      placement: placement.exactOptional().describe('Where the token is carried, where that is not as in calls'),
      body: z.enum(['form', 'json']).exactOptional().describe('How parameters are said; in the address unless given'),
      headers: headers.exactOptional().describe('Headers that it wants, such as a version'),
      params: record(parameter, template, 10)
        .exactOptional()
        .describe('What it says, such as `{ token: "{accessToken}" }`; one that there is no value for is left out'),
    })
    .describe("A call of the platform's own"),
])
