import { type Exchange, bearerToken, readJson, sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Tools } from '../../tools.ts'
import { webhooks } from './webhooks.ts'

const key = (id: string) => `SG.${id.padEnd(22, '0')}.${id.repeat(8).slice(0, 43).padEnd(43, '0')}`
const good = key('sandbox-key-one')

const errors = (message: string, field: string | null = null) => ({ errors: [{ message, field, help: null }] })

/** SendGrid's v3 API, as far as it is called: https://www.twilio.com/docs/sendgrid/api-reference */
async function answer({ req, res, path }: Exchange, tools: Tools): Promise<void> {
  const headers = {
    ...{ 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': '590' },
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 60),
  }
  const account = tools.accountOfKey(bearerToken(req))
  if (account === undefined) {
    const isSaid = req.headers.authorization !== undefined
    return sendJson(
      res,
      401,
      errors(isSaid ? 'The provided authorization grant is invalid, expired, or revoked' : 'authorization required'),
    )
  }
  const scopes = ['mail.send', 'sender_verification_eligible', 'templates.read']
  if (path === '/v3/scopes' && req.method === 'GET') return sendJson(res, 200, { scopes }, headers)
  if (path === '/v3/templates' && req.method === 'GET')
    return sendJson(
      res,
      200,
      { result: [{ id: 'd-1', name: 'Welcome', generation: 'dynamic' }], _metadata: { count: 1 } },
      headers,
    )
  if (path === '/v3/mail/send' && req.method === 'POST') {
    const { personalizations, from } = ((await readJson(req)) ?? {}) as Record<string, unknown>
    if (!Array.isArray(personalizations))
      return sendJson(res, 400, errors('The personalizations field is required', 'personalizations'), headers)
    if (typeof (from as { email?: unknown } | null | undefined)?.email !== 'string')
      return sendJson(res, 400, errors('The from object must be provided', 'from.email'), headers)
    res.writeHead(202, { ...headers, 'x-message-id': 'sandbox', 'content-length': '0' }).end()
    return
  }
  // A key may do what was ticked, and no more.
  if (path.startsWith('/v3/user')) return sendJson(res, 403, errors('access forbidden'), headers)
  sendJson(res, 404, errors('not found'), headers)
}

export const sendgrid: SandboxPlatform = {
  id: 'sendgrid',
  hosts: ['api.sendgrid.com', 'api.eu.sendgrid.com'],
  keys: { [good]: 'account' },
  people: {
    key: {
      credentials: { apiKey: good },
      wrongCredentials: { apiKey: key('sandbox-key-none') },
      externalAccountId: 'sandbox-key-one0000000',
    },
  },
  answer,
  refusal: status => ({
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 1) },
    body: errors(status === 429 ? 'too many requests' : 'internal error'),
  }),
  webhooks,
}
