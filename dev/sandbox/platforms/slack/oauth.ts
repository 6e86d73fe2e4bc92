import { agreedOf } from '../../oauth/agreed.ts'
import { type Agreed, type Dialect, random, tenYears } from '../../oauth/dialect.ts'
import type { Tools } from '../../tools.ts'

/** An app that has token rotation on: its tokens end, and those of others do not. */
export const rotatingApp = { clientId: '1111111111.2222222222', clientSecret: 'sandbox-slack-rotating-secret' }

export const scopes = [
  ...[
    'channels:history',
    'channels:read',
    'channels:join',
    'chat:write',
    'chat:write.public',
    'commands',
    'files:read',
  ],
  ...[
    'files:write',
    'groups:read',
    'im:write',
    'incoming-webhook',
    'reactions:write',
    'users:read',
    'users:read.email',
  ],
]
const teams: Record<string, string> = { T01CAUSEWAY: 'Causeway', T02HARBOUR: 'Harbour' }

export const teamOf = (account: string) => ({ id: account, name: teams[account] ?? account })
export const personOf = (account: string) => `U0${account.slice(2)}`
export const botOf = (account: string) => `B0${account.slice(2)}`
/** The user that a bot is, which is not the bot's own id. */
export const botUserOf = (account: string) => `U0B${account.slice(2)}`

/** Of the bot, or of the person, whose scopes are marked. */
export const scopesOf = (scope: string, whose: 'bot' | 'user') =>
  scope
    .split(' ')
    .filter(name => name && name.startsWith('user:') === (whose === 'user'))
    .map(name => name.replace(/^user:/, ''))

/** By what the sandbox knows a person's refresh token, and how it calls the grant by one. */
const ofPerson = 'xoxe-1-OfPerson'
const personGrant = 'refresh token of a person'

const rotates = (agreed?: Agreed) => agreed?.clientId === rotatingApp.clientId
const token = (scope: string, rotating: boolean) =>
  `${rotating ? 'xoxe.' : ''}${scopesOf(scope, 'bot').length > 0 ? 'xoxb' : 'xoxp'}-1-${random(60)}`

/** https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/authentication/using-token-rotation */
export const oauth: Dialect = {
  name: 'Slack',
  authorization: { path: '/oauth/v2/authorize' },
  token: { path: '/api/oauth.v2.access' },
  scopes: [...scopes, ...scopes.map(scope => `user:${scope}`)],
  scopeSeparator: ' ',
  clientAuth: ['body', 'basic'],
  readAuthorization(query) {
    const listed = (name: string) => (query.get(name) ?? '').split(/[ ,]+/).filter(Boolean)
    const asked = [...listed('scope'), ...listed('user_scope').map(scope => `user:${scope}`)]
    if (asked.length === 0) return 'Invalid permissions requested: no scopes'
    query.set('scope', asked.join(' '))
    query.set('response_type', 'code') // not asked for
    return undefined
  },
  readToken(form) {
    if (!form.has('grant_type')) form.set('grant_type', 'authorization_code')
    if (form.get('refresh_token')?.startsWith(ofPerson)) form.set('grant_type', personGrant)
    return undefined
  },
  otherGrants: {
    [personGrant](form, client, tools) {
      const spent = tools.things.get(personGrant, '', form.get('refresh_token')!)
      const agreed = spent && agreedOf(tools.storage, String(spent['grantId']))
      if (!agreed || agreed.clientId !== client.id) return { status: 400, body: { error: 'invalid_grant' } }
      tools.things.delete(personGrant, '', form.get('refresh_token')!)
      const scope = scopesOf(agreed.scope, 'user').join(',')
      const about = { token_type: 'user', scope, team: teamOf(agreed.account), enterprise: null }
      return { status: 200, body: { ok: true, ...personToken(agreed, tools), ...about } }
    },
  },
  refresh: rotates,
  reuseGraceSeconds: 0,
  reuse: 'refused',
  accessTokenSeconds: (_settings, agreed) => (rotates(agreed) ? 43_200 : tenYears()),
  refreshTokenSeconds: tenYears,
  newToken: (kind, scope) => (kind === 'RefreshToken' ? `xoxe-1-${random(100)}` : token(scope, true)),
  translate({ status, body }, { agreed, grantType, form, tools }) {
    if (status >= 500 || (status === 200 && grantType === personGrant)) return { status, body }
    if (status !== 200 || !agreed)
      return {
        status: 200,
        body: { ok: false, error: errorOf(body, grantType, tools.client(form.get('client_id') ?? '') !== undefined) },
      }
    const { account, clientId } = agreed
    remember(tools, String(body['access_token']), agreed.id)
    const [bot, user] = [scopesOf(agreed.scope, 'bot'), scopesOf(agreed.scope, 'user')]
    const life = rotates(agreed) ? { refresh_token: body['refresh_token'], expires_in: 43_200 } : {}
    const given = { access_token: body['access_token'], ...life }
    const about = {
      ...{
        app_id: `A${clientId.length}SANDBOX`,
        team: teamOf(account),
        enterprise: null,
        is_enterprise_install: false,
      },
    }
    if (grantType === 'refresh_token') {
      const [token_type, list] = bot.length > 0 ? ['bot', bot] : ['user', user]
      return { status, body: { ok: true, ...given, token_type, scope: list.join(','), ...about } }
    }
    const person = { id: personOf(account), ...(user.length > 0 ? { scope: user.join(','), token_type: 'user' } : {}) }
    if (bot.length === 0) return { status, body: { ok: true, ...about, authed_user: { ...person, ...given } } }
    const also = user.length > 0 ? personToken(agreed, tools) : {}
    return {
      status,
      body: {
        ...{ ok: true, ...given, token_type: 'bot', scope: bot.join(','), bot_user_id: botUserOf(account), ...about },
        authed_user: { ...person, ...also },
      },
    }
  },
  accounts: ['T01CAUSEWAY', 'T02HARBOUR'],
  accountPattern: /^T0[A-Z0-9]{5,12}$/,
}

/** A person's token beside the bot's: both end and are replaced each by itself, where the app has rotation on. */
function personToken(agreed: Agreed, tools: Tools): Record<string, unknown> {
  const { id: grantId, clientId, account } = agreed
  const rotating = rotates(agreed)
  const access_token = `${rotating ? 'xoxe.' : ''}xoxp-1-${random(60)}`
  const seconds = rotating ? 43_200 : tenYears()
  tools.issue({ clientId, account, token: access_token, grantId, seconds })
  remember(tools, access_token, grantId)
  if (!rotating) return { access_token }
  const refresh_token = `${ofPerson}${random(90)}`
  tools.things.put(personGrant, '', refresh_token, { id: refresh_token, grantId, access_token })
  return { access_token, refresh_token, expires_in: seconds }
}

/** A token that was given is told, once it has ended, from one that never was. */
export const remember = (tools: Tools, token: string, grantId: string) =>
  tools.things.put('given', '', token, { grantId })

/** What a token that opens nothing is refused with. https://docs.slack.dev/reference/methods/auth.test#errors */
export function refusalOf(token: string, tools: Tools): string {
  const given = tools.things.get('given', '', token)
  if (!given) return 'invalid_auth'
  return agreedOf(tools.storage, String(given['grantId'])) ? 'token_expired' : 'token_revoked'
}

/** Errors come with 200, in words of its own. */
function errorOf(body: Record<string, unknown>, grantType: string, isKnown: boolean): string {
  if (body['error'] === 'invalid_client') return isKnown ? 'bad_client_secret' : 'invalid_client_id'
  if (body['error'] === 'invalid_grant')
    return grantType === 'authorization_code' ? 'invalid_code' : 'invalid_refresh_token'
  return String(body['error'])
}

/** Ends the refresh token that came with a person's token. */
export function forgetRefresh(tools: Tools, token: string): void {
  for (const { id, access_token: of } of tools.things.list(personGrant, ''))
    if (of === token) tools.things.delete(personGrant, '', String(id))
}
