import { randomBytes } from 'node:crypto'
import { type Exchange, readJson, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { advertisersOf } from './advertisers.ts'
import { report } from './report.ts'

const prefix = '/open_api/v1.3'

/** The Marketing API, as far as it is called. Whatever it says comes with a 200: https://business-api.tiktok.com/portal/docs */
export async function answerTiktokAds({ req, res, path, query }: Exchange, tools: Tools): Promise<void> {
  const answer = (code: number, message: string, data: unknown = {}) =>
    sendJson(res, 200, { code, message, request_id: randomBytes(16).toString('hex'), data })
  if (!path.startsWith(prefix)) return sendJson(res, 404, { code: 40006, message: 'Not found' })
  const own = path.slice(prefix.length)
  if (own === '/oauth2/revoke_token/' && req.method === 'POST') return revoke()
  const token = [req.headers['access-token']].flat()[0]
  if (token === undefined) return answer(40104, 'Access-Token: Missing data for required field.')
  const granted = tools.granted(token)
  const account = granted?.account ?? tools.accountOfKey(token)
  if (account === undefined) return answer(40105, 'Access token is incorrect or has been revoked.')
  if (own === '/oauth2/advertiser/get/') {
    const client = tools.client(query.get('app_id') ?? '')
    if (!client || client.secret !== query.get('secret')) return answer(40002, 'app_id or secret is not correct')
    return answer(0, 'OK', { list: advertisersOf(account) })
  }
  if (own === '/user/info/') {
    const display_name = `Advertiser ${account.slice(-2)}`
    return answer(0, 'OK', { core_user_id: account, display_name, email: 'a***@example.com', create_time: 1 })
  }
  if (own === '/campaign/get/' || own === '/report/integrated/get/') {
    const advertiser = query.get('advertiser_id')
    if (advertiser === null) return answer(40002, 'advertiser_id: Missing data for required field.')
    if (!advertisersOf(account).some(({ advertiser_id }) => advertiser_id === advertiser))
      return answer(40001, `No permission to operate advertiser ${advertiser}.`)
    if (own === '/report/integrated/get/') {
      const found = report(tools, advertiser, query)
      return typeof found === 'string' ? answer(40002, found) : answer(0, 'OK', found)
    }
    const page_info = { page: 1, page_size: 10, total_number: 1, total_page: 1 }
    return answer(0, 'OK', { list: [{ campaign_id: '1700000000000001', campaign_name: 'Sale' }], page_info })
  }
  answer(40006, 'This path is not known.')

  async function revoke(): Promise<void> {
    const said = ((await readJson(req)) ?? {}) as Record<string, unknown>
    const client = tools.client(String(said['app_id']))
    if (!client || client.secret !== said['secret']) return answer(40002, 'app_id or secret is not correct')
    const opened = tools.granted(String(said['access_token']))
    if (opened?.clientId !== client.id) return answer(40105, 'Access token is incorrect or has been revoked.')
    tools.endGrant(opened.id)
    answer(0, 'OK')
  }
}
