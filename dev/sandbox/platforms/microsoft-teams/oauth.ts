import { randomUUID } from 'node:crypto'
import { knownJwt } from '../../known-key.ts'
import { type Agreed, type Dialect, type TokenAnswer, random } from '../../oauth/dialect.ts'

export const tenantId = '5b1c0000-0000-4000-8000-000000000001'
export const domain = 'causeway.example'
export const loginHost = /^login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn)$/
const tenants = ['common', 'organizations', tenantId, domain]

export const tenantIn = (path: string) => path.split('/')[1]!.toLowerCase()
export const isTenant = (name: string) => tenants.includes(name)

/** https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes */
function refused(status: number, error: string, code: number, text: string): TokenAnswer {
  const about = { timestamp: '2026-01-01 00:00:00Z', trace_id: randomUUID(), correlation_id: randomUUID() }
  return { status, body: { error, error_description: `AADSTS${code}: ${text}`, error_codes: [code], ...about } }
}

const graph = 'https://graph.microsoft.com/'
const delegated = [
  ...['User.Read', 'User.ReadBasic.All', 'Team.ReadBasic.All', 'Team.Create', 'TeamSettings.ReadWrite.All'],
  ...['TeamMember.Read.All', 'TeamMember.ReadWrite.All', 'Channel.ReadBasic.All', 'Channel.Create', 'Chat.Read'],
  ...['ChannelMember.Read.All', 'ChannelMessage.Read.All', 'ChannelMessage.Send', 'ChannelMessage.Edit', 'Chat.Create'],
  ...['Chat.ReadBasic', 'Chat.ReadWrite', 'ChatMessage.Send', 'OnlineMeetings.Read', 'OnlineMeetings.ReadWrite'],
  ...['Presence.Read', 'Presence.Read.All', 'TeamsActivity.Send', 'Files.Read.All', 'Files.ReadWrite.All'],
]
const signIn = ['openid', 'profile', 'email', 'offline_access']

/** https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow */
export const oauth: Dialect = {
  name: 'Microsoft',
  authorization: { host: loginHost, path: /^\/[^/]+\/oauth2\/v2\.0\/authorize$/ },
  token: { host: loginHost, path: /^\/[^/]+\/oauth2\/v2\.0\/token$/ },
  scopes: [...signIn, ...delegated, ...delegated.map(scope => `${graph}${scope}`)],
  pkce: 'taken',
  clientAuth: ['body', 'basic'],
  readAuthorization(query, { path }) {
    if (!isTenant(tenantIn(path))) return `AADSTS90002: Tenant '${tenantIn(path)}' not found.`
    if (!query.get('scope')) return "AADSTS900144: The request must contain the following parameter: 'scope'."
    const mode = query.get('response_mode') ?? 'query'
    return ['query', 'fragment', 'form_post'].includes(mode) ? undefined : 'AADSTS90023: Invalid response_mode.'
  },
  otherGrants: {
    // https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    client_credentials(form, client, tools, { path }) {
      const tenant = tenantIn(path)
      if (!isTenant(tenant)) return refused(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`)
      if (tenant === 'common' || tenant === 'organizations')
        return refused(400, 'invalid_request', 50059, 'No tenant-identifying information found.')
      if (!form.get('scope')?.endsWith('/.default'))
        return refused(400, 'invalid_scope', 1002012, 'Client credential flows must have a scope with /.default.')
      // What an administrator has let in can be taken back.
      if (!tools.accountOfKey(`consent-${tenantId}`))
        return refused(400, 'invalid_grant', 700016, 'Application was not found in the directory.')
      const token = `eyJ0.app.${random(200)}`
      const seconds = tools.storage.settings().accessTokenSeconds
      tools.issue({ clientId: client.id, account: tenantId, scope: '.default', token, seconds })
      return {
        status: 200,
        body: { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token: token },
      }
    },
  },
  refresh: agreed => agreed.scope.split(' ').includes('offline_access'),
  // A spent refresh token is not taken back: https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens
  rotates: true,
  reuseGraceSeconds: 90 * 86_400,
  newToken: kind => (kind === 'AccessToken' ? `eyJ0.${random(700)}` : `0.AX${random(600)}`),
  translate({ status, body }, { agreed, grantType }) {
    if (status === 200) return { status, body: grantType === 'client_credentials' ? body : answerOf(body, agreed) }
    if (Array.isArray(body['error_codes'])) return { status, body }
    switch (String(body['error'])) {
      case 'invalid_client':
        return refused(401, 'invalid_client', 7000215, 'Invalid client secret provided.')
      case 'invalid_grant':
        return grantType === 'refresh_token'
          ? refused(400, 'invalid_grant', 50173, 'The provided grant has expired due to it being revoked.')
          : refused(400, 'invalid_grant', 54005, 'OAuth2 Authorization code was already redeemed.')
      case 'unsupported_grant_type':
        return refused(400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type.')
      default:
        return refused(status, 'invalid_request', 900144, 'The request body must contain another parameter.')
    }
  },
  accounts: ['7e000000-0000-4000-8000-00000000000a', '7e000000-0000-4000-8000-00000000000b'],
  accountPattern: /^[0-9a-f-]{36}$/,
}

/** `offline_access` is granted and not named; there is an id_token where `openid` was asked for. */
function answerOf(body: Record<string, unknown>, agreed?: Agreed): Record<string, unknown> {
  const scopes = (agreed?.scope ?? '').split(' ')
  const { access_token, refresh_token, expires_in } = body
  const scope = scopes.filter(name => name !== 'offline_access').join(' ')
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, tid: tenantId, oid: agreed?.account }
  const more = { aud: agreed?.clientId, sub: agreed?.account, iat: now, nbf: now, exp: now + 3600, ver: '2.0' }
  const idToken = knownJwt({ ...claims, ...more, preferred_username: `ada@${domain}`, name: 'Ada' })
  const info = Buffer.from(JSON.stringify({ uid: agreed?.account, utid: tenantId })).toString('base64url')
  return {
    ...{ token_type: 'Bearer', scope, expires_in, ext_expires_in: expires_in, access_token },
    ...(refresh_token ? { refresh_token } : {}),
    ...(scopes.includes('openid') ? { id_token: idToken } : {}),
    client_info: info,
  }
}
