import { z } from 'zod'
import { placement } from './calls.ts'
import { code, httpsUrl, lifetime, parameter, pattern, record, slug, text } from './values.ts'

const methodId = slug.describe('What the method is called; unique within the platform')

const revoke = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rfc7009'), url: httpsUrl }).describe('RFC 7009 at a URL'),
  z
    .strictObject({ kind: z.literal('delete-grant'), url: httpsUrl })
    .describe("DELETE with the client's id in the path, `{clientId}`, and the token in a JSON body"),
])

export type OAuth2 = z.infer<typeof oauth2>
/** RFC 6749 with PKCE (RFC 7636), and the ways in which platforms depart from them. */
export const oauth2 = z
  .strictObject({
    kind: z.literal('oauth2'),
    id: methodId,
    authorize: httpsUrl.describe('Where the person is sent'),
    token: httpsUrl.describe('Where the code is exchanged, and tokens are refreshed'),
    revoke: revoke.exactOptional().describe('How a grant is given back'),
    placement: placement
      .exactOptional()
      .describe('Where a call carries the token; `Authorization: Bearer` unless given'),
    clientAuth: z
      .enum(['basic', 'basic-raw', 'body'])
      .describe(
        'How the client proves itself to the token endpoint. `basic-raw`: id and secret are compared without decoding them',
      ),
    pkce: z.boolean().exactOptional().describe('Whether the platform takes PKCE; it does unless this says no'),
    scopeSeparator: z.enum([' ', ',']).exactOptional().describe('What stands between scopes; a space unless given'),
    defaultScopes: z.array(text(200)).max(100).describe('Scopes asked for when the caller names none'),
    authorizeParams: record(parameter, z.string().max(500), 20)
      .exactOptional()
      .describe('Other parameters of the address that the person is sent to'),
    captureFromRedirect: z
      .array(parameter)
      .max(20)
      .exactOptional()
      .describe('Query parameters of the redirect that the connection keeps, such as `realmId`'),
    lifetime: z
      .strictObject({
        access: lifetime.exactOptional(),
        refresh: lifetime.exactOptional(),
        absolute: lifetime.exactOptional(),
      })
      .describe(
        '`access` is used when the token answer states no `expires_in`; without either the token does not expire',
      ),
    refreshExpiresIn: text(100)
      .exactOptional()
      .describe('The member of a token answer that says how many seconds the refresh token lives'),
    rotation: z
      .strictObject({ reuseGrace: lifetime })
      .exactOptional()
      .describe('Refresh tokens are replaced on use; for `reuseGrace` a spent one may be used again'),
    deadGrant: z
      .array(code)
      .max(50)
      .describe("Error codes of the token endpoint that mean the grant is gone for good, beside RFC 6749's"),
    badClient: z
      .array(code)
      .max(50)
      .exactOptional()
      .describe("Error codes that mean the app's own id or secret is wrong, beside RFC 6749's"),
  })
  .describe('A person agrees at the platform: OAuth 2 with a code (RFC 6749), and PKCE (RFC 7636)')

export type ApiKey = z.infer<typeof apiKey>
/** A key that a person pastes. */
export const apiKey = z
  .strictObject({
    kind: z.literal('api_key'),
    id: methodId,
    label: text(100).describe('What the platform calls the key'),
    pattern: pattern.exactOptional().describe('What a key looks like; anything else is refused before it is tried'),
    help: text(500).describe("Where the platform's person finds it"),
    placement: placement.describe('Where a call carries it'),
  })
  .describe('A person pastes a key')

export type AuthMethod = z.infer<typeof authMethod>
export const authMethod = z.discriminatedUnion('kind', [oauth2, apiKey])
