import { type Exchange, bearerToken, readBody, sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Granted, Tools } from '../../tools.ts'
import {
  botOf,
  botUserOf,
  forgetRefresh,
  oauth,
  personOf,
  refusalOf,
  remember,
  rotatingApp,
  scopesOf,
  teamOf,
} from './oauth.ts'
import { webhooks } from './webhooks.ts'

/** In parts, so that nothing here looks like a real one. */
const keyOf = (name: string) => ['xoxb', '1', name].join('-')
const botToken = keyOf('sandboxBotTokenOne')

export const slack: SandboxPlatform = {
  id: 'slack',
  hosts: ['slack.com'],
  oauth,
  apps: [
    { ...rotatingApp, redirectUris: [] },
    { clientId: '3333333333.4444444444', clientSecret: 'sandbox-slack-secret', redirectUris: [] },
  ],
  keys: { [botToken]: 'T01CAUSEWAY' },
  people: {
    oauth: { externalAccountId: 'T01CAUSEWAY', renewed: true, errorIn200: { ok: false, error: 'account_inactive' } },
    user: { externalAccountId: 'U01CAUSEWAY', renewed: true, errorIn200: { ok: false, error: 'account_inactive' } },
    token: {
      credentials: { apiKey: botToken },
      wrongCredentials: { apiKey: keyOf('sandboxBotTokenTwo') },
      externalAccountId: 'T01CAUSEWAY',
    },
  },
  // https://docs.slack.dev/reference/methods/conversations.info#errors
  errorsIn200: [
    { body: { ok: false, error: 'channel_not_found' }, code: 'channel_not_found', means: 'not there' },
    {
      body: { ok: false, error: 'missing_scope', needed: 'a', provided: 'b' },
      code: 'missing_scope',
      means: 'refused',
    },
    { body: { ok: false, error: 'ratelimited' }, code: 'ratelimited', means: 'slow down' },
    { body: { ok: false, error: 'internal_error' }, code: 'internal_error', means: 'try later' },
  ],
  refusal: status => ({ body: { ok: false, error: status === 429 ? 'ratelimited' : 'service_unavailable' } }),
  answer: handleSlack,
  webhooks,
}

/** The Web API, as far as it is called: every answer is a 200. https://docs.slack.dev/apis/web-api */
async function handleSlack({ req, res, path, query }: Exchange, tools: Tools): Promise<void> {
  const say = (body: Record<string, unknown>) => sendJson(res, 200, body)
  const fail = (error: string) => say({ ok: false, error })
  const text = (await readBody(req)).toString('utf8')
  const isJson = (req.headers['content-type'] ?? '').includes('json')
  const said = isJson
    ? (JSON.parse(text || '{}') as Record<string, string | number>)
    : Object.fromEntries(new URLSearchParams(text))
  const input: Record<string, string | number | undefined> = { ...Object.fromEntries(query), ...said }
  const method = path.replace(/^\/api\//, '')
  if (method === 'api.test') return say({ ok: true })
  const token = bearerToken(req) ?? (input['token'] as string | undefined)
  if (!token) return fail('not_authed')
  const granted = tools.granted(token)
  const account = granted?.account ?? tools.accountOfKey(token)
  if (account === undefined) return fail(refusalOf(token, tools))
  const isBot = token.includes('xoxb')
  if (method === 'auth.test') {
    const team = teamOf(account)
    const who = isBot
      ? { user: 'causeway', user_id: botUserOf(account), bot_id: botOf(account) }
      : { user: 'ada', user_id: personOf(account) }
    return say({
      ok: true,
      url: `https://${team.name.toLowerCase()}.slack.com/`,
      team: team.name,
      team_id: team.id,
      ...who,
    })
  }
  if (method === 'auth.revoke') {
    if (granted) revoke(granted, tools)
    else tools.endKey(token)
    return say({ ok: true, revoked: true })
  }
  const needed = { 'chat.postMessage': 'chat:write', 'conversations.list': 'channels:read' }[method]
  if (needed === undefined) return fail('unknown_method')
  if (granted && !scopesOf(granted.scope, isBot ? 'bot' : 'user').includes(needed))
    return say({ ok: false, error: 'missing_scope', needed, provided: granted.scope.replaceAll(' ', ',') })
  if (method === 'conversations.list')
    return say(channels(Number(input['limit'] ?? 100), String(input['cursor'] ?? '')))
  if (!input['channel']) return fail('channel_not_found')
  if (!input['text'] && !input['blocks']) return fail('no_text')
  const ts = `${Math.floor(Date.now() / 1000)}.000100`
  return say({ ok: true, channel: input['channel'], ts, message: { type: 'message', text: input['text'], ts } })
}

/** Ends this token; what else came of the grant stays while there is any. */
function revoke({ id, token }: Granted, tools: Tools): void {
  tools.endToken(token)
  remember(tools, token, '')
  forgetRefresh(tools, token)
  const left = "SELECT 1 FROM oidc WHERE platform = ? AND model = 'AccessToken' AND grant_id = ?"
  if (!tools.storage.get(left, tools.platform, id)) tools.endGrant(id)
}

/** https://docs.slack.dev/apis/web-api/pagination */
function channels(limit: number, cursor: string): Record<string, unknown> {
  const all = ['general', 'random', 'support'].map((name, at) => ({ id: `C0${at}CHANNEL`, name, is_channel: true }))
  const from = cursor ? Number(Buffer.from(cursor, 'base64').toString()) : 0
  const next = from + limit < all.length ? Buffer.from(String(from + limit)).toString('base64') : ''
  return { ok: true, channels: all.slice(from, from + limit), response_metadata: { next_cursor: next } }
}
