import { type Agreed, type Dialect, random } from '../oauth/dialect.ts'
import type { SandboxPerson } from '../platform.ts'
import type { Tools } from '../tools.ts'
import { knownPrivateKey } from '../known-key.ts'
import { delegations, jwtBearer, serviceAccount, serviceAccountGrant } from './google-service.ts'

// What the platforms of Google have in common: https://developers.google.com/identity/protocols/oauth2/web-server

export const email = 'https://www.googleapis.com/auth/userinfo.email'
/** Ids of people are texts of digits that no double holds. */
export const people: Record<string, string> = {
  '115000000000000000001': 'ada@causeway.example',
  '115000000000000000002': 'grace@causeway.example',
}
export const hosts = ['accounts.google.com', 'oauth2.googleapis.com', 'openidconnect.googleapis.com']
export const google = {
  clientId: 'sandbox.apps.googleusercontent.com',
  clientSecret: 'GOCSPX-sandbox',
  redirectUris: [],
}

const descriptions: Record<string, string> = {
  invalid_client: 'The OAuth client was not found.',
  invalid_grant: 'Token has been expired or revoked.',
}

/** Its way of OAuth, with the scopes of one of its platforms. */
export function oauthOf(name: string, scopes: string[], accounts = Object.keys(people)): Dialect {
  return {
    name,
    authorization: { host: 'accounts.google.com', path: '/o/oauth2/v2/auth' },
    token: { host: 'oauth2.googleapis.com', path: '/token' },
    scopes: ['openid', 'email', 'profile', email, 'https://www.googleapis.com/auth/userinfo.profile', ...scopes],
    pkce: 'taken',
    clientAuth: ['body', 'basic'],
    readAuthorization(query) {
      if (!query.get('scope')) return 'Missing required parameter: scope'
      const type = query.get('access_type') ?? 'online'
      return ['online', 'offline'].includes(type) ? undefined : `Invalid access_type: ${type}`
    },
    refresh: agreed => agreed.params['access_type'] === 'offline',
    rotates: false,
    newToken: kind => (kind === 'AccessToken' ? `ya29.${random(180)}` : `1//0${random(90)}`),
    otherGrants: { [jwtBearer]: serviceAccountGrant(scopes) },
    clientless: [jwtBearer],
    translate({ status, body }, { grantType, form, tools, agreed }) {
      if (status !== 200) {
        const error = String(body['error'])
        if (error === 'invalid_grant' && grantType === 'authorization_code')
          return { status: 400, body: { error, error_description: 'Bad Request' } }
        return { status, body: { error, error_description: body['error_description'] ?? descriptions[error] ?? error } }
      }
      if (grantType === jwtBearer) return { status, body }
      const { access_token, expires_in, refresh_token } = body
      const scope = agreed?.scope
        .split(' ')
        .map(name => (name === 'email' ? email : name))
        .join(' ')
      const first = { access_token, expires_in, scope, token_type: 'Bearer' }
      // A refresh gives no refresh token, and neither does a later consent that was not asked for again.
      const again = agreed && agreed.params['prompt'] !== 'consent' && hasAgreedBefore(tools, agreed)
      return { status, body: form.has('refresh_token') || again ? first : { ...first, refresh_token } }
    },
    accounts: accounts as [string, ...string[]],
    accountPattern: /^[\w-]{1,40}$/,
  }
}

function hasAgreedBefore({ storage, platform }: Tools, { id, clientId, account }: Agreed): boolean {
  const query =
    'SELECT 1 FROM grants WHERE platform = ? AND client_id = ? AND account = ? AND id <> ? AND revoked_ms IS NULL'
  return storage.get(query, platform, clientId, account, id) !== undefined
}

/** Connects by a service account; `subject` where it acts for a person. */
export const robot: SandboxPerson = {
  credentials: { clientEmail: serviceAccount.email, privateKey: knownPrivateKey },
  wrongCredentials: { clientEmail: 'nobody@causeway-sandbox.iam.gserviceaccount.com', privateKey: knownPrivateKey },
  externalAccountId: serviceAccount.id,
}
export const delegate: SandboxPerson = {
  credentials: { ...robot.credentials, subject: 'ada@causeway.example' },
  wrongCredentials: { ...robot.credentials, subject: 'mallory@causeway.example' },
  externalAccountId: '115000000000000000001',
}
/** A service account that is ended answers no more. */
export const keys = { [serviceAccount.email]: serviceAccount.id, ...delegations }
