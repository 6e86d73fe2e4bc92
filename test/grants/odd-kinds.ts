import { generateKeyPairSync } from 'node:crypto'
import { authMethod } from '../../src/catalogue/schema/auth.ts'
import type { Given, GrantApp, Secret } from '../../src/grants/grant.ts'
import type { Shape } from './answers.ts'

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
const privateKey = pem.toString()
const field = (name: string) => ({ name, label: name })
const endpoint = { token: 'https://id.made.example/token', lifetime: { access: '1h' }, deadGrant: [] }
const oauth = {
  ...{ kind: 'oauth2', id: 'oauth', ...endpoint, authorize: 'https://id.made.example/authorize' },
  ...{ clientAuth: 'body', defaultScopes: [] },
}
const exchange = { url: 'https://id.made.example/longer', method: 'GET', grant: 'x', param: 'token', tells: [] }
const assertion = { algorithm: 'RS256', key: '{privateKey}', claims: { iss: 'made' }, life: '10m' }
const code = { code: 'code', redirectUri: 'https://hub.example/callback', verifier: 'v'.repeat(43) }

/** One call of a way to a credential that an odd answer may meet. */
export interface OddKind {
  method: ReturnType<typeof authMethod.parse>
  /** What it is obtained with; absent where it is renewed. */
  given?: Given
  kept?: Secret
  /** How many requests are answered as they should be before the odd one. */
  before?: number
  shape?: Shape
  /** The platform's refresh token is not kept: the same is asked again. */
  unrefreshed?: boolean
  /** What means something else here: who asks is the connection's own client. */
  ownClient?: boolean
  /** A 401 is about the app, whatever it says but that it is down: it has signed the request. */
  signed?: boolean
  /** Without the second token the first one stands. */
  keepsFirst?: boolean
}

const of = (about: object) => authMethod.parse(JSON.parse(JSON.stringify(about)))
/** Tokens inside, errors at the top. */
const nested = ({ ok, success, error, errors, error_code, ...data }: Record<string, unknown>) => ({
  ...{ ok, success, error, errors, error_code },
  data,
})
const kept = { accessToken: 'at', refreshToken: 'rt' }

const client = of({ kind: 'client_credentials', id: 'client', ...endpoint, clientAuth: 'basic' })
const ownClient = of({
  ...{ kind: 'client_credentials', id: 'client', ...endpoint, clientAuth: 'body' },
  fields: [field('clientId'), field('clientSecret')],
})
const ownFields = { clientId: 'own', clientSecret: 'own-secret' }
const exchanged = of({
  ...{ kind: 'token_exchange', id: 'exchange', ...endpoint, fields: [field('subjectToken')] },
  subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
})
const asserted = of({ kind: 'jwt_assertion', id: 'service', ...endpoint, assertion })
const installed = of({
  ...{ kind: 'app_installation', id: 'app', ...endpoint, assertion, captureFromRedirect: ['installation_id'] },
  ...{ authorize: 'https://id.made.example/install', answer: { accessToken: 'token', expiresIn: 'expires_at' } },
  confirm: { token: 'https://id.made.example/token', call: 'https://id.made.example/installations' },
})
const inInstallation: Shape = {
  place: ({ access_token: token, expires_in: ends, ...rest }) => ({ ...rest, token, expires_at: ends }),
}
const inData = of({
  ...{ ...oauth, tokenBody: 'json', clientIdParam: 'client_key' },
  answer: {
    ...{ accessToken: 'data.access_token', refreshToken: 'data.refresh_token', expiresIn: 'data.expires_in' },
    ...{ scope: 'data.scope', error: 'error' },
  },
})
const upgraded = of({ ...oauth, upgrade: exchange })
const selfExchanged = of({ ...oauth, refresh: exchange })

/** Each way to a credential, at its first token and at the next ones. */
export const oddKinds: Record<string, OddKind> = {
  'authorization code, exchanged': { method: of(oauth), given: code },
  'authorization code, refreshed': { method: of(oauth), kept },
  'authorization code by GET, refreshed': { method: of({ ...oauth, tokenMethod: 'GET' }), kept },
  'answer inside data, exchanged': { method: inData, given: code, shape: { place: nested, forms: false } },
  'answer inside data, refreshed': { method: inData, kept, shape: { place: nested, forms: false } },
  'long-lived token, exchanged': { method: upgraded, given: code, before: 1, keepsFirst: true },
  'long-lived token, pending': { method: upgraded, kept: { accessToken: 'at', fields: { pending: 'upgrade' } } },
  'token refreshed with itself': { method: selfExchanged, kept: { accessToken: 'at' } },
  'client credentials, obtained': { method: client, given: {}, unrefreshed: true },
  'client credentials, again': { method: client, kept, unrefreshed: true },
  'own client, obtained': { method: ownClient, given: { fields: ownFields }, unrefreshed: true, ownClient: true },
  'own client, again': { method: ownClient, kept: { ...kept, fields: ownFields }, unrefreshed: true, ownClient: true },
  'token exchange, obtained': { method: exchanged, given: { fields: { subjectToken: 'st' } } },
  'token exchange, refreshed': { method: exchanged, kept: { ...kept, fields: { subjectToken: 'st' } } },
  'token exchange, again': { method: exchanged, kept: { accessToken: 'at', fields: { subjectToken: 'st' } } },
  'assertion, obtained': { method: asserted, given: {}, unrefreshed: true },
  'assertion, again': { method: asserted, kept, unrefreshed: true },
  'installation, obtained': {
    ...{ method: installed, given: code, before: 2, shape: inInstallation, unrefreshed: true, signed: true },
  },
  'installation, again': { method: installed, kept, shape: inInstallation, unrefreshed: true, signed: true },
}

/** The app of all of them, at a server. */
export const appAt = (url: string): GrantApp => ({
  ...{ clientId: 'id', clientSecret: 'secret', fields: { privateKey } },
  baseUrls: { 'https://id.made.example': url },
})
