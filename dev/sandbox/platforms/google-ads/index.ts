import { type Exchange, readJson, sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import * as api from '../google-api.ts'
import * as google from '../google.ts'
import { campaignReport } from './report.ts'
import { serviceAccount } from '../google-service.ts'

const adwords = 'https://www.googleapis.com/auth/adwords'
const developerToken = 'sandboxDeveloperToken00'
/** What each account may open. */
const customers: Record<string, string[]> = {
  '115000000000000000001': ['1234567890'],
  '115000000000000000002': ['2345678901', '3456789012'],
  [serviceAccount.id]: ['1234567890'],
}

/** https://developers.google.com/google-ads/api/docs/best-practices/understand-api-errors */
function refuseAds({ res }: Exchange, code: number, status: string, errorCode: Record<string, string>): void {
  const type = 'type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure'
  const message = Object.values(errorCode)[0]
  sendJson(res, code, {
    error: { code, message, status, details: [{ '@type': type, errors: [{ errorCode, message }] }] },
  })
}

/** https://developers.google.com/google-ads/api/rest/overview */
export const googleAds: SandboxPlatform = {
  id: 'google-ads',
  hosts: [...google.hosts, 'googleads.googleapis.com'],
  oauth: google.oauthOf('Google Ads', [adwords]),
  apps: [google.google],
  keys: google.keys,
  people: {
    oauth: { externalAccountId: '1234567890', appFields: { developerToken } },
    'service-account': { ...google.robot, externalAccountId: '1234567890', appFields: { developerToken } },
    delegated: { ...google.delegate, externalAccountId: '1234567890', appFields: { developerToken } },
  },
  refusal: api.refusal,
  async answer(exchange, tools) {
    if (await api.answerCommon(exchange, tools)) return
    const { req, res, path } = exchange
    const version = /^\/v(2[3-6])\//.exec(path)?.[1]
    if (!version) return api.refuse(exchange, 404, 'NOT_FOUND', 'notFound', 'Not Found')
    const granted = api.permitted(exchange, tools, [adwords])
    if (!granted) return
    const given = req.headers['developer-token']
    if (!given)
      return refuseAds(exchange, 400, 'INVALID_ARGUMENT', { requestError: 'DEVELOPER_TOKEN_PARAMETER_MISSING' })
    if (given !== developerToken)
      return refuseAds(exchange, 403, 'PERMISSION_DENIED', { authorizationError: 'DEVELOPER_TOKEN_PROHIBITED' })
    const own = customers[granted.account] ?? []
    if (path.endsWith('/customers:listAccessibleCustomers') && req.method === 'GET')
      return sendJson(res, 200, { resourceNames: own.map(id => `customers/${id}`) })
    const id = /\/customers\/([^/]+)\/googleAds:search$/.exec(path)?.[1]
    if (!id || req.method !== 'POST') return api.refuse(exchange, 404, 'NOT_FOUND', 'notFound', 'Not Found')
    if (!/^\d+$/.test(id)) return refuseAds(exchange, 400, 'INVALID_ARGUMENT', { requestError: 'INVALID_CUSTOMER_ID' })
    if (!own.includes(id))
      return refuseAds(exchange, 403, 'PERMISSION_DENIED', { authorizationError: 'USER_PERMISSION_DENIED' })
    const { query, pageToken, pageSize } = ((await readJson(req)) ?? {}) as Record<string, unknown>
    if (pageSize !== undefined)
      return refuseAds(exchange, 400, 'INVALID_ARGUMENT', { requestError: 'PAGE_SIZE_NOT_SUPPORTED' })
    if (typeof query !== 'string' || !/^SELECT .+ FROM \w+/i.test(query))
      return refuseAds(exchange, 400, 'INVALID_ARGUMENT', { queryError: 'UNEXPECTED_INPUT' })
    if (/ FROM campaign /i.test(query)) {
      const report = campaignReport(tools, id, query, pageToken)
      if (typeof report === 'string') return refuseAds(exchange, 400, 'INVALID_ARGUMENT', { queryError: report })
      return sendJson(res, 200, report)
    }
    const customer = { resourceName: `customers/${id}`, id, descriptiveName: `Ads of ${id}` }
    sendJson(res, 200, { results: [{ customer }], fieldMask: 'customer.id,customer.descriptiveName' })
  },
}
