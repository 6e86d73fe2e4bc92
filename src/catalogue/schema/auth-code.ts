import { z } from 'zod'
import { discover } from './discover.ts'
import { field } from './fields.ts'
import { identity, placement } from './calls.ts'
import { everyMethod } from './every-method.ts'
import { revoke } from './tokens/revoke.ts'
import { grantedScopes } from './tokens/granted-scopes.ts'
import { answerPaths, clientAuth, tokenEndpoint, tokenForToken } from './tokens/token-endpoint.ts'
import { code, httpsUrl, jsonPath, lifetime, parameter, record, slug, text } from './values.ts'

const scopes = z.array(text(200)).max(100)

export type OAuth2 = z.infer<typeof oauth2>
/** RFC 6749 with PKCE (RFC 7636), and the ways in which platforms depart from them. */
export const oauth2 = z
  .strictObject({
    kind: z.literal('oauth2'),
    ...everyMethod,
    ask: z.array(field).max(10).exactOptional().describe('What is asked for before the person is sent off'),
    authorize: httpsUrl.describe('Where the person is sent'),
    ...tokenEndpoint.shape,
    token: httpsUrl.describe('Where the code is exchanged, and tokens are refreshed'),
    discover: discover.exactOptional(),
    placement: placement
      .exactOptional()
      .describe('Where a call carries the token; `Authorization: Bearer` unless given'),
    revoke: revoke.exactOptional().describe('How a grant is given back'),
    clientAuth,
    pkce: z.boolean().exactOptional().describe('Whether the platform takes PKCE; it does unless this says no'),
    scopeSeparator: z.enum([' ', ',']).exactOptional().describe('What stands between scopes; a space unless given'),
    codeParam: parameter
      .exactOptional()
      .describe('What the code is called, in the redirect and to the token endpoint; `code` unless given'),
    denied: z
      .array(code)
      .max(10)
      .exactOptional()
      .describe('Errors of the redirect by which a person has said no, beside `access_denied`'),
    scopeParam: parameter.exactOptional().describe('The parameter that asks for scopes; `scope` unless given'),
    secondScopes: z
      .strictObject({
        param: parameter.describe('The parameter that asks for them'),
        prefix: text(20).describe('What callers put before such a scope'),
        granted: jsonPath.exactOptional().describe('Where the answer says which of them it gave'),
      })
      .exactOptional()
      .describe('Scopes of a second kind, such as `user_scope`: a caller names them with a prefix'),
    second: z
      .strictObject({
        as: slug.describe('What callers name it by'),
        answer: answerPaths.describe('Where the answer to the code has it'),
        account: jsonPath.exactOptional().describe('Where that answer says whose it is'),
        identity: identity.describe('The call that says whether it is good'),
      })
      .exactOptional()
      .describe(
        "A second token of the same visit, kept beside the connection's own where its scopes were asked for: it is refreshed, ended and dead by itself",
      ),
    grantedScopes: grantedScopes.exactOptional(),
    defaultScopes: scopes.describe('Scopes asked for when the caller names none'),
    requiredScopes: scopes.exactOptional().describe('Scopes asked for whatever the caller names'),
    authorizeParams: record(parameter, z.string().max(500), 20)
      .exactOptional()
      .describe('Other parameters of the address that the person is sent to'),
    captureFromRedirect: z
      .array(parameter)
      .max(20)
      .exactOptional()
      .describe('Query parameters of the redirect that the connection keeps, such as `realmId`'),
    issuer: httpsUrl
      .exactOptional()
      .describe(
        'Who the redirect says that it comes from (`iss`, RFC 9207): one that says another, or nobody, is refused',
      ),
    signedRedirect: z
      .strictObject({
        kind: z.literal('hmac-sha256-hex'),
        param: parameter.describe('The parameter with the signature'),
      })
      .exactOptional()
      .describe(
        "The redirect is signed with the client's secret over its other parameters, in the order of their names",
      ),
    upgrade: tokenForToken
      .exactOptional()
      .describe('The token that the code gives is exchanged at once for one that lives longer'),
    refresh: tokenForToken
      .exactOptional()
      .describe('The token itself is exchanged for a newer one: there is no refresh token'),
    rotation: z
      .strictObject({ reuseGrace: lifetime })
      .exactOptional()
      .describe('Refresh tokens are replaced on use; for `reuseGrace` a spent one may be used again'),
  })
  .describe('A person agrees at the platform: OAuth 2 with a code (RFC 6749), and PKCE (RFC 7636)')
