import { type Exchange, bearerToken, readJson, sendJson } from '../../http.ts'
import { type Dialect, random } from '../../oauth/dialect.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Tools } from '../../tools.ts'
import { webhooks } from './webhooks.ts'

const botToken = 'MTExMTExMTExMTExMTExMTEx.Gsandb.sandboxBotTokenSandboxBotTokenOne'

/** https://discord.com/developers/docs/topics/oauth2 */
const oauth: Dialect = {
  name: 'Discord',
  authorization: { path: '/oauth2/authorize' },
  // With the version of the API or without, as each of its paths.
  token: { path: /^\/api(?:\/v(?:9|10))?\/oauth2\/token$/ },
  revocation: { path: /^\/api(?:\/v(?:9|10))?\/oauth2\/token\/revoke$/ },
  scopes: [
    ...['identify', 'email', 'guilds', 'guilds.join', 'guilds.members.read', 'connections', 'bot'],
    ...['applications.commands', 'webhook.incoming'],
  ],
  clientAuth: ['basic', 'body'],
  // JSON is refused.
  tokenBody: 'form',
  readAuthorization: query => (query.get('scope') ? undefined : 'scope: This field is required'),
  refresh: true,
  reuseGraceSeconds: 0,
  reuse: 'refused',
  accessTokenSeconds: () => 604_800,
  newToken: () => random(30),
  redirectExtras: ({ scope }): Record<string, string> => ({
    iss: 'https://discord.com',
    ...(scope.split(' ').includes('bot') ? { guild_id: '613425648685547541', permissions: '0' } : {}),
  }),
  translate({ status, body }, { agreed }) {
    if (status !== 200) return { status, body }
    const { access_token, refresh_token, scope } = body
    const isBot = agreed?.scope.split(' ').includes('bot')
    const guild = isBot ? { guild: { id: '613425648685547541', name: 'Causeway' } } : {}
    return { status, body: { token_type: 'Bearer', access_token, expires_in: 604_800, refresh_token, scope, ...guild } }
  },
  accounts: ['80351110224678912', '268473310986240001'],
  accountPattern: /^\d{15,20}$/,
}

export const discord: SandboxPlatform = {
  id: 'discord',
  hosts: ['discord.com'],
  oauth,
  apps: [{ clientId: '157730590492196864', clientSecret: 'sandbox-discord-secret', redirectUris: [] }],
  keys: { [botToken]: '111111111111111111' },
  people: {
    oauth: { externalAccountId: '80351110224678912' },
    bot: {
      credentials: { apiKey: botToken },
      wrongCredentials: { apiKey: 'MTExMTExMTExMTExMTExMTEy.Gsandb.sandboxBotTokenSandboxBotTokenTwo' },
      externalAccountId: '111111111111111111',
    },
  },
  refusal: status => ({
    body:
      status === 429
        ? { message: 'You are being rate limited.', retry_after: 1, global: false }
        : { message: `${status}: Server Error`, code: 0 },
  }),
  answer: handleDiscord,
  webhooks,
}

/** The REST API, as far as it is called. https://discord.com/developers/docs/reference */
async function handleDiscord({ req, res, path }: Exchange, tools: Tools): Promise<void> {
  const refuse = (status: number, code: number, message: string) => sendJson(res, status, { message, code })
  if (!req.headers['user-agent']) return refuse(403, 40333, 'internal network error')
  const resource = /^\/api\/v(?:9|10)(\/.*)$/.exec(path)?.[1]
  if (resource === undefined) return refuse(404, 0, '404: Not Found')
  // `Bot` before a bot's token, `Bearer` before a person's.
  const bot = /^Bot\s+(\S+)$/.exec(req.headers.authorization ?? '')?.[1]
  const granted = tools.granted(bearerToken(req))
  const account = bot === undefined ? granted?.account : tools.accountOfKey(bot)
  if (account === undefined) return refuse(401, 0, '401: Unauthorized')
  const may = (scope: string) => bot !== undefined || granted?.scope.split(' ').includes(scope)
  if (resource === '/users/@me') {
    if (!may('identify')) return refuse(401, 0, '401: Unauthorized')
    const username = bot === undefined ? 'ada' : 'causeway'
    return sendJson(res, 200, {
      id: account,
      username,
      discriminator: '0',
      global_name: null,
      avatar: null,
      bot: bot !== undefined,
    })
  }
  if (resource === '/users/@me/guilds') {
    if (!may('guilds')) return refuse(403, 50001, 'Missing Access')
    return sendJson(res, 200, [{ id: '613425648685547541', name: 'Causeway', owner: false, permissions: '0' }])
  }
  if (resource === '/oauth2/@me' && granted)
    return sendJson(res, 200, {
      ...{ application: { id: granted.clientId }, scopes: granted.scope.split(' ') },
      ...{ expires: new Date(granted.expiresAt * 1000).toISOString(), user: { id: account, username: 'ada' } },
    })
  const channel = /^\/channels\/(\d+)\/messages$/.exec(resource)?.[1]
  if (channel === undefined || req.method !== 'POST') return refuse(404, 0, '404: Not Found')
  if (bot === undefined) return refuse(403, 50001, 'Missing Access')
  const { content } = ((await readJson(req)) ?? {}) as { content?: string }
  if (!content) return refuse(400, 50006, 'Cannot send an empty message')
  sendJson(res, 200, { id: String(Date.now()), channel_id: channel, content, type: 0, author: { id: account } })
}
