import { bearerToken, sendJson } from '../../http.ts'
import { type Dialect, random } from '../../oauth/dialect.ts'
import type { SandboxPlatform } from '../../platform.ts'
import { webhooks } from './webhooks.ts'

/** https://docs.zapier.com/powered-by-zapier/authentication/methods/user-access-token */
const oauth: Dialect = {
  name: 'Zapier',
  authorization: { host: 'api.zapier.com', path: '/v2/authorize' },
  token: { host: 'zapier.com', path: '/oauth/token/' },
  scopes: [
    ...['profile', 'zap', 'zap:write', 'zap:all', 'zap:account:all', 'zap:runs', 'action:run', 'authentication'],
    ...['authentication:write', 'connection:read', 'connection:write'],
  ],
  pkce: 'ignored',
  clientAuth: ['basic', 'body'],
  readAuthorization(query) {
    if (query.get('response_mode') !== 'query') return 'response_mode must be query'
    return query.get('scope') ? undefined : 'scope is missing'
  },
  refresh: true,
  reuseGraceSeconds: 0,
  reuse: 'refused',
  newToken: () => random(30),
  translate: ({ status, body }) =>
    status === 200 ? { status, body: { ...body, token_type: 'Bearer' } } : { status, body: { error: body['error'] } },
  accounts: ['88998899', '88998800'],
  accountPattern: /^\d{1,12}$/,
}

/** https://docs.zapier.com/powered-by-zapier/api-reference/common-types/errors */
const fault = (status: number, code: string, title: string) => ({
  errors: [{ status, code, title, detail: title, source: null, meta: null }],
})

export const zapier: SandboxPlatform = {
  id: 'zapier',
  hosts: ['zapier.com', 'api.zapier.com'],
  oauth,
  apps: [{ clientId: 'sandbox-zapier', clientSecret: 'sandbox-zapier-secret', redirectUris: [] }],
  people: { oauth: { externalAccountId: '88998899' } },
  refusal: status => ({ body: fault(status, status === 429 ? 'throttled' : 'system', 'Try again later') }),
  answer({ req, res, path }, tools) {
    const granted = tools.granted(bearerToken(req))
    if (!granted) return sendJson(res, 401, fault(401, 'authentication', 'Invalid or expired access token'))
    const has = (...wanted: string[]) => granted.scope.split(' ').some(scope => wanted.includes(scope))
    const forbidden = () => sendJson(res, 403, fault(403, 'authentication', 'The token lacks a scope'))
    if (path === '/v1/profiles/me') {
      if (!has('profile')) return forbidden()
      const name = { first_name: 'Ada', last_name: 'Crossing', full_name: 'Ada Crossing' }
      const more = { email: 'ada@causeway.example', email_confirmed: true, timezone: 'Etc/UTC' }
      return sendJson(res, 200, [{ id: Number(granted.account), ...name, ...more }])
    }
    if (path === '/v2/zaps') {
      if (!has('zap', 'zap:all', 'zap:account:all')) return forbidden()
      const zaps = [{ id: '1', type: 'zap', is_enabled: true, title: 'Cross the bay' }]
      return sendJson(res, 200, {
        links: { next: null, prev: null },
        meta: { count: 1, limit: 10, offset: 0 },
        data: zaps,
      })
    }
    sendJson(res, 404, fault(404, 'user', 'Not found'))
  },
  webhooks,
}
