import { type Exchange, bearerToken, sendJson } from '../../http.ts'
import { type Dialect, random } from '../../oauth/dialect.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Tools } from '../../tools.ts'
import { answerAboutHooks } from './hooks.ts'
import { answerAboutResponses } from './responses.ts'
import { webhooks } from './webhooks.ts'

/** In parts, so that nothing here looks like a real one. */
const keyOf = (name: string) => ['tfp', name].join('_')
const personalToken = keyOf('sandboxPersonalTokenOne')

/** https://www.typeform.com/developers/get-started/applications/ */
const oauth: Dialect = {
  name: 'Typeform',
  authorization: { host: 'api.typeform.com', path: '/oauth/authorize' },
  token: { host: 'api.typeform.com', path: '/oauth/token' },
  // https://www.typeform.com/developers/get-started/scopes/
  scopes: [
    ...['offline', 'accounts:read', 'forms:read', 'forms:write', 'responses:read', 'responses:write', 'webhooks:read'],
    ...['webhooks:write', 'workspaces:read', 'workspaces:write', 'images:read', 'themes:read'],
  ],
  pkce: 'ignored',
  clientAuth: ['body'],
  readAuthorization(query) {
    query.set('response_type', 'code') // not asked for
    return query.get('scope') ? undefined : 'scope is missing'
  },
  refresh: agreed => agreed.scope.split(' ').includes('offline'),
  reuseGraceSeconds: 0,
  reuse: 'refused',
  newToken: () => random(64),
  translate({ status, body }) {
    if (status !== 200) return { status, body }
    const { access_token, refresh_token, expires_in, scope } = body
    return {
      status,
      body: { access_token, token_type: 'bearer', expires_in, scope, ...(refresh_token ? { refresh_token } : {}) },
    }
  },
  accounts: ['01CAUSEWAYACCOUNTADA000000', '01CAUSEWAYACCOUNTGRACE0000'],
  accountPattern: /^01[A-Z0-9]{24}$/,
}

export const typeform: SandboxPlatform = {
  id: 'typeform',
  hosts: ['api.typeform.com', 'api.eu.typeform.com', 'api.typeform.eu'],
  oauth,
  apps: [{ clientId: 'sandboxTypeformClient', clientSecret: 'sandbox-typeform-secret', redirectUris: [] }],
  keys: { [personalToken]: '01CAUSEWAYACCOUNTADA000000' },
  people: {
    oauth: { externalAccountId: '01CAUSEWAYACCOUNTADA000000' },
    'personal-token': {
      credentials: { apiKey: personalToken },
      wrongCredentials: { apiKey: keyOf('sandboxPersonalTokenTwo') },
      externalAccountId: '01CAUSEWAYACCOUNTADA000000',
    },
  },
  refusal: status => ({
    body: { code: status === 429 ? 'TOO_MANY_REQUESTS' : 'SERVER_ERROR', description: 'Try again later.' },
  }),
  answer: handleTypeform,
  webhooks,
}

/** The API, as far as it is called. https://www.typeform.com/developers/create/ */
async function handleTypeform(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path, query } = exchange
  const refuse = (status: number, code: string, description: string) => sendJson(res, status, { code, description })
  const token = bearerToken(req)
  const granted = tools.granted(token)
  const account = granted?.account ?? tools.accountOfKey(token)
  if (account === undefined)
    return refuse(403, 'AUTHENTICATION_FAILED', 'Authentication credentials not found on the Request Headers')
  const lacks = (scope: string) => granted !== undefined && !granted.scope.split(' ').includes(scope)
  if (path === '/me') {
    if (lacks('accounts:read')) return refuse(403, 'FORBIDDEN', 'accounts:read is missing')
    return sendJson(res, 200, { user_id: account, alias: 'Ada', email: 'ada@example.com', language: 'en' })
  }
  if (await answerAboutHooks(exchange, tools, ['fOrder', 'fFeedback'], lacks, refuse)) return
  if (answerAboutResponses(exchange, tools, { lacks, refuse })) return
  const uid = /^\/forms(?:\/([^/]+))?$/.exec(path)
  if (uid) {
    if (lacks('forms:read')) return refuse(403, 'FORBIDDEN', 'forms:read is missing')
    const items = ['Order', 'Feedback'].map(title => ({ id: `f${title}`, title, settings: { is_public: true } }))
    if (uid[1] !== undefined) {
      const form = items.find(({ id }) => id === uid[1])
      return form ? sendJson(res, 200, form) : refuse(404, 'FORM_NOT_FOUND', `Non existing form with uid ${uid[1]}`)
    }
    const size = Number(query.get('page_size') ?? 10)
    const from = (Number(query.get('page') ?? 1) - 1) * size
    return sendJson(res, 200, {
      total_items: items.length,
      page_count: Math.ceil(items.length / size),
      items: items.slice(from, from + size),
    })
  }
  refuse(404, 'NOT_FOUND', 'Endpoint not found')
}
