import { type Exchange, basicCredentials, bearerToken, readBody, sendJson } from '../../http.ts'
import { random } from '../../oauth/dialect.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Tools } from '../../tools.ts'

const host = 'api.causeway.example'
const client = { id: 'sandbox:client', secret: 'sandbox secret+/%:ä' }
const user = { name: 'amy', password: 'sandbox-password:+/% ä' }
const token = 'sandbox-http-token'

/**
 * Somebody's API: a token as bearer, a user, a key in `x-api-key` or in `?api_key=`, or a client's token (RFC 6749, 4.4). It
 * answers in words, not in JSON.
 */
async function handleGenericHttp({ req, res, path, query }: Exchange, tools: Tools): Promise<void> {
  if (path === '/oauth2/token' && req.method === 'POST') return giveToken(req, res, tools)
  const basic = basicCredentials(req, true)
  const isUser = basic?.name === user.name && basic.password === user.password
  const shown = bearerToken(req) ?? req.headers['x-api-key'] ?? query.get('api_key') ?? undefined
  const isOpen = tools.accountOfKey(isUser ? user.name : String(shown)) ?? tools.granted(String(shown))
  if (!isOpen) return void res.writeHead(401, { 'www-authenticate': 'Bearer' }).end('no')
  if (path !== '/v1/me') return void res.writeHead(404).end('nothing here')
  res.writeHead(200, { 'content-type': 'text/plain' }).end('hello')
}

async function giveToken(req: Exchange['req'], res: Exchange['res'], tools: Tools): Promise<void> {
  const form = new URLSearchParams((await readBody(req)).toString())
  const shown = basicCredentials(req)
  if (shown?.name !== client.id || shown.password !== client.secret || form.has('client_secret'))
    return sendJson(res, 401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic' })
  if (form.get('grant_type') !== 'client_credentials') return sendJson(res, 400, { error: 'unsupported_grant_type' })
  const { accessTokenSeconds: expires_in } = tools.storage.settings()
  const access_token = random(40)
  tools.issue({ clientId: client.id, account: host, token: access_token, seconds: expires_in })
  sendJson(res, 200, { access_token, token_type: 'Bearer', expires_in })
}

const config = { host, checkPath: 'v1/me' }
const key = { config, credentials: { apiKey: token }, wrongCredentials: { apiKey: 'another' }, externalAccountId: host }

export const genericHttp: SandboxPlatform = {
  id: 'generic-http',
  hosts: ['{host}'],
  keys: { [token]: host, [user.name]: host },
  people: {
    bearer: key,
    basic: {
      ...key,
      credentials: { user: user.name, password: user.password },
      wrongCredentials: { user: user.name, password: 'another' },
    },
    header: { ...key, config: { ...config, header: 'X-Api-Key' } },
    query: { ...key, config: { ...config, parameter: 'api_key' } },
    client: {
      outlives: true,
      config: { ...config, tokenHost: 'id.causeway.example', tokenPath: '/oauth2/token' },
      credentials: { clientId: client.id, clientSecret: client.secret },
      wrongCredentials: { clientId: client.id, clientSecret: 'another' },
      externalAccountId: host,
    },
  },
  answer: handleGenericHttp,
}
