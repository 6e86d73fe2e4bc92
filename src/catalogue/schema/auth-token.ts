import { z } from 'zod'
import { placement } from './calls.ts'
import { discover } from './discover.ts'
import { field } from './fields.ts'
import { everyMethod } from './every-method.ts'
import { clientAuth, tokenEndpoint } from './tokens/token-endpoint.ts'
import { httpsUrl, lifetime, parameter, record, text } from './values.ts'

const fields = z.array(field).min(1).max(10)
const scopes = z.array(text(200)).max(100)
/** Text in which `{name}` is filled from the configuration, the app's fields and the connection's own. */
const template = text(500)

const common = {
  ...everyMethod,
  ask: z.array(field).max(10).exactOptional().describe('What is asked for beside the credential'),
  discover: discover.exactOptional(),
  placement: placement.exactOptional().describe('Where a call carries the token; `Authorization: Bearer` unless given'),
  ...tokenEndpoint.shape,
}

const scoped = {
  defaultScopes: scopes.exactOptional().describe('Scopes asked for when the caller names none'),
  requiredScopes: scopes.exactOptional().describe('Scopes asked for whatever the caller names'),
  scopeSeparator: z.enum([' ', ',']).exactOptional().describe('What stands between scopes; a space unless given'),
}

const names = (list: z.infer<typeof fields>) => list.map(one => one.name)

export type ClientCredentials = z.infer<typeof clientCredentials>
export const clientCredentials = z
  .strictObject({
    kind: z.literal('client_credentials'),
    ...common,
    ...scoped,
    clientAuth,
    fields: fields
      .refine(list => ['clientId', 'clientSecret'].every(name => names(list).includes(name)), {
        error: 'must have clientId and clientSecret',
      })
      .exactOptional()
      .describe("A client of the connection's own: `clientId`, `clientSecret`. Without it the app's"),
  })
  .describe('A client asks in its own name (RFC 6749, 4.4); tokens are got again, not refreshed')

export type TokenExchange = z.infer<typeof tokenExchange>
export const tokenExchange = z
  .strictObject({
    kind: z.literal('token_exchange'),
    ...common,
    ...scoped,
    // Without it the app does not prove itself.
    clientAuth: clientAuth.exactOptional(),
    fields: fields
      .refine(list => names(list).includes('subjectToken'), { error: 'must have subjectToken' })
      .describe('What the caller gives: `subjectToken`'),
    subjectTokenType: text(200).describe('What kind of token is given'),
    requestedTokenType: text(200).exactOptional().describe('What kind of token is wanted'),
    audience: template.exactOptional().describe('For whom the token is'),
    resource: template.exactOptional().describe('Where the token is to be used'),
  })
  .describe('A token from elsewhere is exchanged for one of the platform (RFC 8693)')

export type Assertion = z.infer<typeof assertion>
/** A JWT by which a key proves who asks (RFC 7519). */
export const assertion = z.strictObject({
  algorithm: z.enum(['RS256', 'ES256']),
  key: template.describe('The private key as PEM, such as `{privateKey}`'),
  keyId: template.exactOptional().describe('What `kid` says'),
  claims: record(parameter, template, 20).describe('Claims beside `iat` and `exp`, such as `iss`'),
  life: lifetime.describe('How long one is good'),
})

export type JwtAssertion = z.infer<typeof jwtAssertion>
export const jwtAssertion = z
  .strictObject({
    kind: z.literal('jwt_assertion'),
    ...common,
    ...scoped,
    // Without it the app does not prove itself.
    clientAuth: clientAuth.exactOptional(),
    fields: fields.exactOptional().describe("What the connection brings, such as a service account's `privateKey`"),
    grant: text(200).exactOptional().describe("What `grant_type` says; RFC 7523's unless given"),
    assertion,
    scopesIn: z
      .enum(['claim', 'parameter'])
      .exactOptional()
      .describe('Where scopes are asked for; `parameter` unless given'),
  })
  .describe('A signed assertion is exchanged for a token (RFC 7523): service accounts')

export type AppInstallation = z.infer<typeof appInstallation>
export const appInstallation = z
  .strictObject({
    kind: z.literal('app_installation'),
    ...common,
    authorize: httpsUrl.describe('Where the person installs the app; `{name}` may be one of its fields'),
    captureFromRedirect: z
      .array(parameter)
      .min(1)
      .max(20)
      .describe('Query parameters of the redirect that name the installation, such as `installation_id`'),
    assertion,
    confirm: z
      .strictObject({
        token: httpsUrl.describe("Where the redirect's code is exchanged"),
        call: httpsUrl.describe('What the person may read only of an installation that is theirs'),
      })
      .describe("Whoever comes back may name another's installation: the person's own token has to open it"),
  })
  .describe('An app is installed in an account: a JWT of the app gives tokens of the installation, made when needed')
