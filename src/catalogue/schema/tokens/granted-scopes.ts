import { z } from 'zod'
import { placement } from '../calls.ts'
import { eachPath, httpsUrl, jsonPath, query } from '../values.ts'

export type GrantedScopes = z.infer<typeof grantedScopes>
/** A call that tells which scopes a token has. */
export const grantedScopes = z
  .strictObject({
    url: httpsUrl,
    query: query.exactOptional(),
    placement: placement.exactOptional().describe('Where it carries the token; `Authorization: Bearer` unless given'),
    scopes: eachPath.describe('Where the answer has them, such as `data[]`'),
    scope: jsonPath.exactOptional().describe('Where one of them has its name; it is the name unless given'),
    where: z
      .strictObject({ path: jsonPath, equals: z.string().max(100) })
      .exactOptional()
      .describe('What one says that was granted, where the others are listed too'),
  })
  .describe('A GET with the token that tells which scopes were granted, where the answer with the token does not')
