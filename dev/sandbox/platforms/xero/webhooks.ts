import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const event = z.object({
  tenantId: z.string().default('70784a63-d24b-46a9-a4db-0e70a274b056'),
  category: z.string().default('CONTACT'),
  type: z.string().default('UPDATE'),
  resourceId: z.string().optional(),
  at: z.iso.datetime().optional(),
})
const request = z.object({
  events: z.array(event).default([]),
  /** What tells one body from another that has nothing in it. */
  entropy: z.string().optional(),
})

const signature = (key: string, body: string) => createHmac('sha256', key).update(body).digest('base64')

/** As Xero writes it: with spaces after some of the colons, and over several lines where there are events. */
function written(events: Record<string, string>[], entropy: string): string {
  const listed = events.map(one => JSON.stringify(one, null, 3)).join(',')
  return `{"events":[${listed}],"lastEventSequence": ${events.length},"firstEventSequence": 0, "entropy": "${entropy}"}`
}

const entropyOf = () => randomBytes(15).toString('base64url').toUpperCase().replace(/[-_]/g, 'X')

/** https://developer.xero.com/documentation/guides/webhooks/configuring-your-server/ */
export const webhooks = {
  request,
  sign({ events, entropy = entropyOf(), secret, at: now }) {
    const told = events.map(({ tenantId, category, type, resourceId = randomUUID(), at }) => ({
      resourceUrl: `https://api.xero.com/api.xro/2.0/${category === 'CONTACT' ? 'Contacts' : 'Invoices'}/${resourceId}`,
      resourceId,
      eventDateUtc: (at ?? new Date(now).toISOString()).replace('Z', ''),
      eventType: type,
      eventCategory: category,
      tenantId,
      tenantType: 'ORGANISATION',
    }))
    const body = written(told, entropy)
    const headers = {
      'x-xero-signature': signature(secret, body),
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Xero/Webhooks',
    }
    return { id: entropy, headers, body, signed: ['body'] }
  },
  trial: {
    request: () => ({ events: [{}] }),
    secrets() {
      const key = randomBytes(64).toString('base64')
      return { signs: key, app: { webhookSecret: key } }
    },
    proof: ['x-xero-signature'],
    // The intent to receive: some are signed rightly, some wrongly, of those some nearly rightly.
    handshakes: [
      ({ secret }) => intent(signature(secret, nothing), 200),
      ({ secret }) => intent(signature(`${secret}x`, nothing), 401),
      ({ secret }) => intent(almost(signature(secret, nothing)), 401),
    ],
  },
} satisfies WebhookSender<typeof request>

const nothing = written([], 'FAOQIHIZUYZUPVXWSBHD')

/** An answer with a body is a failure. */
const intent = (signed: string, status: number) => ({
  method: 'POST' as const,
  headers: { 'x-xero-signature': signed, 'content-type': 'application/json; charset=utf-8' },
  body: nothing,
  answer: { status, body: '' },
})

const almost = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
