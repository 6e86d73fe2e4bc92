import { createHash, createHmac, randomBytes, randomInt, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const event = z.object({
  portalId: z.number().int().default(62_515),
  type: z.string().default('contact.propertyChange'),
  objectId: z.number().int().default(512),
  /** HubSpot does not promise that no other event has it. */
  eventId: z.number().int().optional(),
  subscriptionId: z.number().int().default(25),
  occurredAt: z.number().int().optional(),
  attemptNumber: z.number().int().default(0),
})
const request = z.object({
  events: z
    .array(event)
    .min(1)
    .max(100)
    .default([event.parse({})]),
})

/** What it writes as it is in an address that it signs, and nothing else. */
const decoded = /%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi

/** https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation */
export const webhooks = {
  request,
  sign({ events, secret, url, at }) {
    const told = events.map(({ type, eventId = randomInt(2 ** 31), occurredAt = at, ...more }) => ({
      appId: 54_321,
      eventId,
      ...{ subscriptionId: more.subscriptionId, portalId: more.portalId, occurredAt, subscriptionType: type },
      ...{ attemptNumber: more.attemptNumber, objectId: more.objectId, changeSource: 'CRM', changeFlag: 'UPDATED' },
      ...(type.endsWith('.propertyChange') ? { propertyName: 'firstname', propertyValue: 'Ada' } : {}),
    }))
    const body = JSON.stringify(told)
    const signs = `POST${url.replace(decoded, decodeURIComponent)}${body}${at}`
    const headers = {
      'x-hubspot-signature-version': 'v1',
      'x-hubspot-signature': createHash('sha256').update(`${secret}${body}`).digest('hex'),
      'x-hubspot-signature-v3': createHmac('sha256', secret).update(signs).digest('base64'),
      'x-hubspot-request-timestamp': String(at),
      'user-agent': 'HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client)',
    }
    return {
      id: String(told[0]!.eventId),
      headers,
      body,
      signed: ['body', 'url', { header: 'x-hubspot-request-timestamp' }],
    }
  },
  trial: {
    request: () => ({ events: [{}] }),
    secrets() {
      const clientSecret = randomUUID()
      return { signs: clientSecret, app: { clientId: randomBytes(16).toString('hex'), clientSecret } }
    },
    proof: ['x-hubspot-signature-v3', 'x-hubspot-request-timestamp'],
    staleAfterMs: 300_000,
    futureAfterMs: 300_000,
  },
} satisfies WebhookSender<typeof request>
