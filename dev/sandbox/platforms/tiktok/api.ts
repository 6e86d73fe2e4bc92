import { type Exchange, bearerToken, readBody, readJson, sendJson } from '../../http.ts'
import { random } from '../../oauth/dialect.ts'
import type { Tools } from '../../tools.ts'
import { videosOf } from './videos.ts'

const said = (code: string, message = '') => ({ code, message, log_id: random(32).toUpperCase() })

export function tiktokRefusal(status: 429 | 500 | 503): { body: unknown } {
  const [code, message] =
    status === 429 ? ['rate_limit_exceeded', 'Too many requests'] : ['internal_error', 'Try later']
  return { body: { error: said(code, message) } }
}

/** Which scope opens a field of the profile: https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info */
const fieldScopes: Record<string, string> = {
  ...{ open_id: 'user.info.basic', union_id: 'user.info.basic', avatar_url: 'user.info.basic' },
  ...{ display_name: 'user.info.basic', bio_description: 'user.info.profile', username: 'user.info.profile' },
  ...{ follower_count: 'user.info.stats', video_count: 'user.info.stats' },
}

/** https://developers.tiktok.com/doc/tiktok-api-v2-introduction, as far as it is called. */
export async function answerTiktok({ req, res, path, query }: Exchange, tools: Tools): Promise<void> {
  const refuse = (status: number, code: string, message: string) =>
    sendJson(res, status, { data: {}, error: said(code, message) })
  if (path === '/v2/oauth/revoke/' && req.method === 'POST') return revoke()
  const granted = tools.granted(bearerToken(req))
  if (!granted) return refuse(401, 'access_token_invalid', 'The access token is invalid or not found in the request.')
  const scopes = granted.scope.split(' ')
  const fields = (query.get('fields') ?? '').split(',').filter(Boolean)
  if (path === '/v2/user/info/' && req.method === 'GET') {
    if (fields.length === 0) return refuse(400, 'invalid_params', 'Fields are required')
    const unknown = fields.find(field => !(field in fieldScopes))
    if (unknown !== undefined) return refuse(400, 'invalid_params', `${unknown} is no field`)
    if (!fields.every(field => scopes.includes(fieldScopes[field]!)))
      return refuse(401, 'scope_not_authorized', 'The user did not authorize the scope required.')
    const profile: Record<string, unknown> = {
      ...{ open_id: granted.account, union_id: `u-${granted.account}`, avatar_url: 'https://example.com/avatar.webp' },
      ...{ display_name: `Creator ${granted.account.slice(-2)}`, bio_description: '', username: 'creator' },
      ...{ follower_count: 3, video_count: 1 },
    }
    const user = Object.fromEntries(fields.map(field => [field, profile[field]]))
    return sendJson(res, 200, { data: { user }, error: said('ok') })
  }
  if (path === '/v2/video/list/') {
    if (req.method !== 'POST') return refuse(404, 'unsupported_path', 'POST it')
    if (!scopes.includes('video.list')) return refuse(401, 'scope_not_authorized', 'video.list was not authorized.')
    const data = videosOf(tools, granted.account, fields, await readJson(req))
    if (typeof data === 'string') return refuse(400, 'invalid_params', data)
    return sendJson(res, 200, { data, error: said('ok') })
  }
  refuse(404, 'unsupported_path', 'This path is not supported.')

  /** https://developers.tiktok.com/doc/oauth-user-access-token-management: the access token alone is taken. */
  async function revoke(): Promise<void> {
    const form = new URLSearchParams((await readBody(req)).toString('utf8'))
    const wrong = (error: string, error_description: string) =>
      sendJson(res, 400, { error, error_description, log_id: random(32).toUpperCase() })
    const client = tools.client(form.get('client_key') ?? '')
    if (!client || client.secret !== form.get('client_secret'))
      return wrong('invalid_client', 'Client key is incorrect.')
    const opened = tools.granted(form.get('token') ?? undefined)
    if (opened?.clientId !== client.id) return wrong('invalid_grant', 'Access token is invalid or expired.')
    tools.endGrant(opened.id)
    sendJson(res, 200, {})
  }
}
