import { type Exchange, basicCredentials, bearerToken, readJson, sendJson } from '../../http.ts'
import { readForm } from '../../oauth/requests.ts'
import type { Tools } from '../../tools.ts'
import { postsOf } from './posts.ts'

export const problem = (status: number, title: string, detail = title) => ({
  ...{ title, detail, status, type: status === 403 ? 'https://api.x.com/2/problems/not-authorized' : 'about:blank' },
})

/** The X API, version 2, as far as it is called: https://docs.x.com/x-api */
export async function answerTwitter(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path } = exchange
  const refuse = (status: number, title: string, detail?: string) =>
    sendJson(res, status, problem(status, title, detail))
  if (path === '/2/oauth2/revoke' && req.method === 'POST') return revoke()
  const granted = tools.granted(bearerToken(req))
  if (!granted) return refuse(401, 'Unauthorized')
  const scopes = granted.scope.split(' ')
  const needs = (...wanted: string[]) => wanted.every(scope => scopes.includes(scope))
  const headers = {
    ...{ 'x-rate-limit-limit': '900', 'x-rate-limit-remaining': '890' },
    'x-rate-limit-reset': String(Math.floor(Date.now() / 1000) + 900),
  }
  if (path === '/2/users/me' && req.method === 'GET') {
    if (!needs('users.read', 'tweet.read')) return refuse(403, 'Forbidden', 'Your scopes do not allow it.')
    const data = { id: granted.account, name: `Person ${granted.account.slice(-2)}`, username: 'person' }
    return sendJson(res, 200, { data }, headers)
  }
  if (path === '/2/tweets' && req.method === 'POST') {
    if (!needs('tweet.write', 'tweet.read', 'users.read')) return refuse(403, 'Forbidden')
    const { text } = ((await readJson(req)) ?? {}) as { text?: unknown }
    if (typeof text !== 'string' || text === '') return refuse(400, 'Invalid Request')
    const id = String(1_800_000_000_000_000_000n + BigInt(tools.things.list('post', granted.account).length))
    tools.things.put('post', granted.account, id, { id, text })
    return sendJson(res, 201, { data: { id, text, edit_history_tweet_ids: [id] } }, headers)
  }
  if (path === `/2/users/${granted.account}/tweets` && req.method === 'GET') {
    const found = postsOf(tools, granted.account, exchange.query)
    return typeof found === 'string' ? refuse(400, 'Invalid Request', found) : sendJson(res, 200, found, headers)
  }
  refuse(404, 'Not Found')

  /** One token, of either kind; the other of the pair goes with its grant here. */
  async function revoke(): Promise<void> {
    const form = await readForm(exchange, 'either')
    const shown = basicCredentials(req)
    const client = tools.client(shown?.name ?? '')
    if (!client || client.secret !== shown?.password)
      return sendJson(res, 401, {
        error: 'unauthorized_client',
        error_description: 'Missing valid authorization header',
      })
    const token = form.get('token')
    if (!token) return sendJson(res, 400, { error: 'invalid_request', error_description: 'token is missing' })
    const grantId = tools.grantIdOf(token)
    if (grantId !== undefined) tools.endGrant(grantId)
    sendJson(res, 200, { revoked: true })
  }
}
