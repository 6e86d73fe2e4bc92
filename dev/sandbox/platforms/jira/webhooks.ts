import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  event: z.string().default('jira:issue_updated'),
  /** Where the site is: what the addresses in the body begin with. */
  site: z.url().default('https://causeway.atlassian.net'),
  payload: z.record(z.string(), z.unknown()).optional(),
  identifier: z.string().optional(),
  /** How often it was sent before. */
  retry: z.number().int().default(0),
  /** Whether a person made it under System, WebHooks, or an OAuth app by the API. */
  madeBy: z.enum(['administrator', 'app']).default('administrator'),
})

/** A JWT by HS256 (RFC 7515, RFC 7518). Only the way it is signed is documented; how long it lives is ours. */
function bearer(clientSecret: string, at: number): string {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const iat = Math.floor(at / 1000)
  const said = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ iat, exp: iat + 180 })}`
  return `${said}.${createHmac('sha256', clientSecret).update(said).digest('base64url')}`
}

/** https://developer.atlassian.com/cloud/jira/platform/webhooks/ */
export const webhooks = {
  request,
  sign({ event, site, payload, identifier, retry, madeBy, secret, at }) {
    const id = identifier ?? randomUUID()
    const issue = { id: '10002', self: `${site}/rest/api/2/10002`, key: 'CROSS-2', fields: { summary: 'A crossing' } }
    const user = { self: `${site}/rest/api/2/user?accountId=712020:ada`, accountId: '712020:ada' }
    const about = payload ?? { issue, issue_event_type_name: 'issue_generic', changelog: { id: '10124', items: [] } }
    const body = JSON.stringify({ timestamp: at, webhookEvent: event, user, ...about })
    const headers = {
      ...(madeBy === 'app'
        ? { authorization: `Bearer ${bearer(secret, at)}` }
        : // The name is WebSub's, which says the method in front of it.
          { 'x-hub-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }),
      'x-atlassian-webhook-identifier': id,
      'x-atlassian-webhook-flow': 'Primary',
      ...(retry > 0 ? { 'x-atlassian-webhook-retry': String(retry) } : {}),
      'content-type': 'application/json; charset=UTF-8',
      'user-agent': 'Atlassian Webhook HTTP Client',
    }
    return { id, headers, body, signed: madeBy === 'app' ? [{ header: 'authorization' }] : ['body'] }
  },
  trial: {
    request: () => ({}),
    proof: ['x-hub-signature'],
  },
  trials: {
    'of an OAuth app': {
      request: () => ({ madeBy: 'app' }),
      secrets() {
        const signs = `ATOA${randomBytes(32).toString('base64url')}`
        return { signs, app: { clientId: 'causeway', clientSecret: signs } }
      },
      proof: ['authorization'],
      // It lives for three minutes; clocks differ by one.
      staleAfterMs: 240_000,
    },
  },
} satisfies WebhookSender<typeof request>
