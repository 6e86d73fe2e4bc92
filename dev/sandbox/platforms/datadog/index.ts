import { sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import { answerAboutMonitors } from './monitors.ts'
import { webhooks } from './webhooks.ts'

const apiKey = 'add0'.repeat(8)
const applicationKey = 'sandbox_application_key_of_forty_letters0'
const organisation = '00000000-0000-4000-8000-00000000dd01'

/** https://docs.datadoghq.com/api/latest/authentication/ */
export const datadog: SandboxPlatform = {
  id: 'datadog',
  hosts: [
    ...['api.datadoghq.com', 'api.us3.datadoghq.com', 'api.us5.datadoghq.com', 'api.datadoghq.eu'],
    ...['api.uk1.datadoghq.com', 'api.ap1.datadoghq.com', 'api.ap2.datadoghq.com', 'api.ddog-gov.com'],
    'api.us2.ddog-gov.com',
  ],
  keys: { [apiKey]: organisation, [applicationKey]: organisation },
  people: {
    keys: {
      credentials: { apiKey, applicationKey },
      // A good API key alone proves nothing.
      wrongCredentials: { apiKey, applicationKey: applicationKey.replace('0', '1') },
      externalAccountId: organisation,
    },
  },
  // A query of metrics: https://docs.datadoghq.com/api/latest/metrics/#query-timeseries-points
  errorsIn200: [{ body: { status: 'error', error: 'Error parsing query: unable to parse x' }, means: 'refused' }],
  refusal: status => ({
    body: { errors: [status === 429 ? 'Rate limit of 300 requests in 60 seconds reached.' : 'Unavailable'] },
  }),
  answer(exchange, tools) {
    const { req, res, host = 'api.datadoghq.com', path } = exchange
    const header = (name: string) => String(req.headers[name] ?? '')
    // The account is of one site: another knows nothing of its keys.
    const known = (key: string) => host === 'api.datadoghq.com' && tools.accountOfKey(key) !== undefined
    const limits = {
      'x-ratelimit-limit': '300',
      'x-ratelimit-period': '60',
      'x-ratelimit-remaining': '299',
      'x-ratelimit-reset': '42',
      'x-ratelimit-name': 'sandbox',
    }
    const forbidden = () => sendJson(res, 403, { errors: ['Forbidden'] }, limits)
    if (!header('dd-api-key')) return sendJson(res, 401, { errors: ['Unauthorized'] })
    if (!known(header('dd-api-key'))) return forbidden()
    if (path === '/api/v1/validate') return sendJson(res, 200, { valid: true }, limits)
    if (!header('dd-application-key')) return sendJson(res, 401, { errors: ['Unauthorized'] })
    if (!known(header('dd-application-key'))) return forbidden()
    if (path === '/api/v2/validate_keys') return sendJson(res, 200, { status: 'ok' }, limits)
    if (path === '/api/v2/current_user') {
      const attributes = {
        name: 'Ada',
        handle: 'ada@causeway.example',
        email: 'ada@causeway.example',
        status: 'Active',
        disabled: false,
      }
      const relationships = { org: { data: { id: organisation, type: 'orgs' } }, roles: { data: [] } }
      return sendJson(
        res,
        200,
        {
          data: { type: 'users', id: '00000000-0000-4000-8000-00000000dd02', attributes, relationships },
          included: [],
        },
        limits,
      )
    }
    if (answerAboutMonitors(exchange, tools, organisation, limits)) return
    sendJson(res, 404, { errors: ['Not Found'] }, limits)
  },
  webhooks,
}
