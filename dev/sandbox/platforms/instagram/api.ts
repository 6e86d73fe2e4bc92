import { type Exchange, bearerToken, sendJson } from '../../http.ts'
import { random } from '../../oauth/dialect.ts'
import type { Granted, Tools } from '../../tools.ts'
import { graphError } from '../facebook/errors.ts'
import { commentsOf } from './comments.ts'
import { GraphRefusal, series } from '../facebook/insights.ts'

const sixtyDays = 60 * 86_400
/** Which tokens live long: the others can be exchanged, these refreshed. */
const longLived = 'long-lived'

const mediaIds = ['18000000000000001', '18000000000000002']

/** https://developers.facebook.com/documentation/instagram-platform/reference, as far as it is called. */
export function answerInstagram({ req, res, path, query }: Exchange, tools: Tools): void {
  const refuse = (code: number, message: string, subcode?: number) =>
    sendJson(res, 400, graphError(code, message, subcode))
  const own = /^(?:\/v\d+\.\d)?(\/.*)$/.exec(path)?.[1] ?? path
  const isTokens = own === '/access_token' || own === '/refresh_access_token'
  // Where a token is exchanged for another it is a parameter.
  const token = (isTokens ? undefined : bearerToken(req)) ?? query.get('access_token') ?? undefined
  if (token === undefined) return refuse(190, 'Missing or invalid access token')
  const granted = tools.granted(token)
  if (!granted) return refuse(190, 'Error validating access token: Session has expired', 463)
  if (isTokens) return exchange(granted)
  if (req.method !== 'GET') return refuse(100, 'Unsupported request')
  const { account } = granted
  const fields = (query.get('fields') ?? 'id').split(',')
  if (own === '/me' || own === `/${account}`) {
    const profile: Record<string, unknown> = {
      ...{ id: `9${account.slice(1)}`, user_id: account, username: `account${account.slice(-2)}`, name: 'An account' },
      ...{ account_type: 'BUSINESS', followers_count: 12, media_count: 2 },
    }
    const unknown = fields.find(field => !(field in profile))
    if (unknown !== undefined) return refuse(100, `Tried accessing nonexisting field (${unknown})`)
    return sendJson(res, 200, Object.fromEntries(fields.map(field => [field, profile[field]])))
  }
  if (own === '/me/media' || own === `/${account}/media`) {
    const media = mediaIds.map(id => ({ id }))
    return sendJson(res, 200, { data: media, paging: { cursors: {} } })
  }
  if (own === '/me/insights' || own === `/${account}/insights`) {
    if (!granted.scope.split(' ').includes('instagram_business_manage_insights'))
      return refuse(10, '(#10) Application does not have permission for this action')
    try {
      return sendJson(res, 200, {
        data: series(tools, account, query, { names: /^(reach|follower_count)$/, days: 30 }),
      })
    } catch (error) {
      if (error instanceof GraphRefusal) return sendJson(res, 400, error.body)
      throw error
    }
  }
  const [, commented] = /^\/(\d+)\/comments$/.exec(own) ?? []
  if (commented !== undefined && mediaIds.includes(commented)) {
    if (!granted.scope.split(' ').includes('instagram_business_manage_comments'))
      return refuse(10, '(#10) Application does not have permission for this action')
    const page = commentsOf(tools, commented, { path, query, token })
    return typeof page === 'string' ? refuse(100, page) : sendJson(res, 200, page)
  }
  refuse(100, 'Unsupported get request.', 33)

  function exchange({ clientId, account, scope, id: grantId }: Granted): void {
    const isLong = tools.things.get(longLived, account, token!) !== undefined
    if (own === '/access_token') {
      if (query.get('grant_type') !== 'ig_exchange_token') return refuse(100, 'Invalid grant_type')
      if (tools.client(clientId)?.secret !== query.get('client_secret'))
        return refuse(1, 'Error validating client secret.')
      if (isLong) return refuse(100, 'Unsupported token type')
    } else {
      if (query.get('grant_type') !== 'ig_refresh_token') return refuse(100, 'Invalid grant_type')
      if (!isLong) return refuse(100, 'Only a long-lived token can be refreshed')
    }
    const next = `IGAA${random(140)}`
    tools.issue({ clientId, account, scope, token: next, seconds: sixtyDays, grantId })
    tools.things.put(longLived, account, next, {})
    const permissions = scope.split(' ').join(',')
    sendJson(res, 200, { access_token: next, token_type: 'bearer', expires_in: sixtyDays, permissions })
  }
}
