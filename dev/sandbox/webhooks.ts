import { createHmac, randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { z } from 'zod'
import { intuitTime } from './quickbooks/faults.ts'

const timeoutMs = 15_000

/** A webhook for the sandbox to send, signed as its platform signs. */
export const webhookRequest = z.discriminatedUnion('platform', [
  z.strictObject({
    platform: z.literal('github'),
    url: z.url(),
    secret: z.string(),
    /** `push`, `issues`, ...: an example payload of GitHub's documentation. */
    event: z.string().default('push'),
    /** Which of the event's examples, or another payload. */
    example: z.number().int().nonnegative().default(0),
    payload: z.unknown().optional(),
    deliveryId: z.string().optional(),
  }),
  z.strictObject({
    platform: z.literal('quickbooks'),
    url: z.url(),
    secret: z.string(),
    realmId: z.string(),
    entities: z
      .array(
        z.strictObject({
          id: z.string(),
          name: z.string().default('Customer'),
          operation: z.string().default('Update'),
        }),
      )
      .default([]),
  }),
  z.strictObject({
    platform: z.literal('stripe'),
    url: z.url(),
    secret: z.string(),
    event: z.string().default('customer.updated'),
    object: z.record(z.string(), z.unknown()).default({}),
    eventId: z.string().optional(),
    /** The signed time, in seconds; default now. An old one must be refused. */
    timestamp: z.number().int().optional(),
  }),
])

export type WebhookRequest = z.input<typeof webhookRequest>

export interface SentWebhook {
  at: string
  platform: string
  url: string
  id: string
  /** The receiver's answer; 0 when none came. */
  status: number
  body: string
}

/** Signs and sends one webhook; never throws for what the receiver does. */
export async function sendWebhook(request: z.output<typeof webhookRequest>): Promise<SentWebhook> {
  const { id, headers, body } = signed(request)
  const sent = { at: new Date().toISOString(), platform: request.platform, url: request.url, id }
  try {
    const response = await fetch(request.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { ...sent, status: response.status, body: (await response.text()).slice(0, 2000) }
  } catch (error) {
    return { ...sent, status: 0, body: String((error as Error).cause ?? error) }
  }
}

function signed(request: z.output<typeof webhookRequest>): {
  id: string
  headers: Record<string, string>
  body: string
} {
  switch (request.platform) {
    case 'github': {
      // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
      const id = request.deliveryId ?? randomUUID()
      const body = JSON.stringify(request.payload ?? githubExample(request.event, request.example))
      const signature = createHmac('sha256', request.secret).update(body).digest('hex')
      const headers = {
        ...{ 'user-agent': 'GitHub-Hookshot/044aadd', 'x-github-event': request.event, 'x-github-delivery': id },
        ...{ 'x-github-hook-id': '292430182', 'x-hub-signature-256': `sha256=${signature}` },
      }
      return { id, headers, body }
    }
    case 'quickbooks': {
      // https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks
      const entities = request.entities.map(entity => ({ ...entity, lastUpdated: intuitTime(Date.now()) }))
      const body = JSON.stringify({ eventNotifications: [{ realmId: request.realmId, dataChangeEvent: { entities } }] })
      const signature = createHmac('sha256', request.secret).update(body).digest('base64')
      return { id: signature, headers: { 'intuit-signature': signature, 'user-agent': 'intuit-webhooks' }, body }
    }
    case 'stripe': {
      // https://docs.stripe.com/webhooks#verify-manually
      const id = request.eventId ?? `evt_${randomUUID().replaceAll('-', '').slice(0, 24)}`
      const created = request.timestamp ?? Math.floor(Date.now() / 1000)
      const data = { object: request.object }
      const body = JSON.stringify({ id, object: 'event', type: request.event, created, livemode: false, data })
      const signature = createHmac('sha256', request.secret).update(`${created}.${body}`).digest('hex')
      return { id, headers: { 'stripe-signature': `t=${created},v1=${signature}`, 'user-agent': 'Stripe/1.0' }, body }
    }
  }
}

interface Example {
  name: string
  examples: unknown[]
}

let examples: Example[] | undefined

/** A payload of GitHub's own documentation. Throws when the event has no such example. */
export function githubExample(event: string, index = 0): unknown {
  examples ??= createRequire(import.meta.url)('@octokit/webhooks-examples') as Example[]
  const found = examples.find(example => example.name === event)?.examples[index]
  if (found === undefined) throw new Error(`no example ${index} of the GitHub event ${event}`)
  return found
}
