import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'
import { encryptedContent, validationToken } from './resource-data.ts'

const tenant = '84bd8158-6d4d-4958-8b9f-9d6445542f95'

const item = z.object({
  id: z.string().optional(),
  change: z.enum(['created', 'updated', 'deleted']).default('created'),
  /** Instead of a change: what happened to the subscription. */
  lifecycle: z.enum(['reauthorizationRequired', 'subscriptionRemoved', 'missed']).optional(),
  resource: z.string().default("chats('19:8ea0e38b@unq.gbl.spaces')/messages('1612289765949')"),
  type: z.string().default('#Microsoft.Graph.chatMessage'),
  tenant: z.string().default(tenant),
  /** One that another's subscription was given. */
  clientState: z.string().optional(),
  /** Whether it brings what changed, for a subscription with `includeResourceData`. */
  rich: z.boolean().default(false),
})

const token = z.object({
  clientId: z.string().default('a9000000-0000-4000-8000-000000000001'),
  tenant: z.string().default(tenant),
  version: z.enum(['1.0', '2.0']).default('1.0'),
  claims: z.record(z.string(), z.unknown()).default({}),
})
/** One request may hold items of several subscriptions, tenants and apps. */
const request = z.object({
  items: z
    .array(item)
    .min(1)
    .default([item.parse({})]),
  /** One for each app and tenant of which there are rich items; one that fits the default app unless given. */
  tokens: z.array(token).optional(),
})

/** https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks; `secret` is the clientState. */
export const webhooks = {
  request,
  sign({ items, tokens, secret, at }) {
    const value = items.map(
      ({ id = randomUUID(), change, lifecycle, resource, type, tenant, clientState = secret, rich }) => {
        const subscriptionExpirationDateTime = new Date(at + 3_600_000).toISOString()
        const subscription = { subscriptionId: '7f105c7d-2dc5-4530-97cd-4e7ae6534c07', subscriptionExpirationDateTime }
        const said = { ...subscription, clientState, tenantId: tenant }
        // https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events
        if (lifecycle) return { ...said, lifecycleEvent: lifecycle }
        const resourceData = { '@odata.type': type, '@odata.id': resource, id: '1612289765949' }
        const told = { id, ...said, changeType: change, resource, resourceData }
        return rich ? { ...told, encryptedContent: encryptedContent({ id: resourceData.id, body: 'Hello' }) } : told
      },
    )
    const needed = tokens ?? (items.some(({ rich }) => rich) ? [token.parse({})] : [])
    const validationTokens = needed.map(({ claims, ...of }) => validationToken(of, at, claims))
    const body = JSON.stringify({ value, ...(validationTokens.length > 0 ? { validationTokens } : {}) })
    return { id: randomUUID(), headers: {}, body, signed: [] }
  },
  trial: {
    request: () => ({ items: [{ id: randomUUID() }] }),
    proof: [],
    handshakes: [
      // With characters that are written otherwise in an address, and one that a browser would run.
      () => {
        const token = `Validation: Testing client application reachability for subscription Request-Id: ${randomUUID()}`
        const answer = { status: 200, body: token, headers: { 'content-type': 'text/plain' } }
        return { method: 'POST', query: { validationToken: token }, headers: { 'content-type': 'text/plain' }, answer }
      },
    ],
  },
  trials: {
    'with resource data': {
      request: () => ({ items: [{ id: randomUUID(), rich: true }] }),
      proof: [],
      // A token lives for a day; clocks differ by a minute.
      staleAfterMs: 86_460_000,
      futureAfterMs: 60_000,
    },
  },
} satisfies WebhookSender<typeof request>
