import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

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
})
/** One request may hold items of several subscriptions, tenants and apps. */
const request = z.object({
  items: z
    .array(item)
    .min(1)
    .default([item.parse({})]),
})

/** https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks; `secret` is the clientState. */
export const webhooks = {
  request,
  sign({ items, secret, at }) {
    const value = items.map(
      ({ id = randomUUID(), change, lifecycle, resource, type, tenant, clientState = secret }) => {
        const subscriptionExpirationDateTime = new Date(at + 3_600_000).toISOString()
        const subscription = { subscriptionId: '7f105c7d-2dc5-4530-97cd-4e7ae6534c07', subscriptionExpirationDateTime }
        const said = { ...subscription, clientState, tenantId: tenant }
        // https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events
        if (lifecycle) return { ...said, lifecycleEvent: lifecycle }
        const resourceData = { '@odata.type': type, '@odata.id': resource, id: '1612289765949' }
        return { id, ...said, changeType: change, resource, resourceData }
      },
    )
    return { id: randomUUID(), headers: {}, body: JSON.stringify({ value }), signed: [] }
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
} satisfies WebhookSender<typeof request>
