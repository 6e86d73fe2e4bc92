import { z } from 'zod'
import { findConnection } from '../../../connections/store.ts'
import type { Hub } from '../../../hub.ts'
import { createSubscriptions, removeSubscription } from '../../../inbound/subscriptions/manage.ts'
import { findSubscription, listSubscriptions } from '../../../inbound/subscriptions/store.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { showSubscription, subscriptionBody, subscriptionSchema } from './subscription-schema.ts'

const tag = 'Webhook subscriptions'
const url = '/v1/connections/:connectionId/webhook-subscriptions'
const one = `${url}/:webhookSubscriptionId`
const connectionParams = z.strictObject({ connectionId: z.string() })
const params = z.strictObject({ connectionId: z.string(), webhookSubscriptionId: z.string() })

/** Webhooks that the hub registers at platforms itself, renews and removes. */
export function webhookSubscriptionRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'inbound:write',
      summary: 'Have webhooks of a connection registered at its platform',
      description:
        'The hub makes an address and a secret, registers them, renews what ends and removes all of it when the account is ' +
        'disconnected. A platform that takes one type at a time has a subscription for each.',
      params: connectionParams,
      body: subscriptionBody,
      status: 201,
      reply: z.strictObject({ data: z.array(subscriptionSchema) }),
      idempotent: true,
      errors: ['CONNECTION_NOT_FOUND', 'CONNECTION_NOT_READY', 'CONFLICT', 'TOKEN_EXPIRED', 'PROVIDER_REJECTED'],
      async handler({ params: { connectionId }, body, caller }) {
        const made = await createSubscriptions(hub, caller.workspaceId, connectionId, caller.apiKeyId, body)
        return { data: made.map(showSubscription) }
      },
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'inbound:read',
      summary: 'List the subscriptions of a connection',
      params: connectionParams,
      query: pageQuery,
      reply: page(subscriptionSchema),
      errors: ['CONNECTION_NOT_FOUND', 'INVALID_CURSOR'],
      async handler({ params: { connectionId }, query: { cursor, limit }, caller: { workspaceId } }) {
        await findConnection(hub.db, workspaceId, connectionId)
        const list = { after: positionAt(cursor, 'webhookSubscription'), limit: limit + 1 }
        const found = pageOf(await listSubscriptions(hub.db, workspaceId, connectionId, list), limit, row => row)
        return { ...found, data: found.data.map(showSubscription) }
      },
    }),
    route({
      tag,
      method: 'GET',
      url: one,
      access: 'inbound:read',
      summary: 'Get a subscription',
      params,
      reply: subscriptionSchema,
      errors: ['WEBHOOK_SUBSCRIPTION_NOT_FOUND'],
      handler: async ({ params: { connectionId, webhookSubscriptionId: id }, caller: { workspaceId } }) =>
        showSubscription(await findSubscription(hub.db, { workspaceId, connectionId, id })),
    }),
    route({
      tag,
      method: 'DELETE',
      url: one,
      access: 'inbound:write',
      summary: 'Remove a subscription',
      description:
        'At the platform too. Where that cannot be reached now the subscription is `removed` until it has been told.',
      params,
      status: 204,
      reply: z.void(),
      errors: ['WEBHOOK_SUBSCRIPTION_NOT_FOUND'],
      handler: ({ params: { connectionId, webhookSubscriptionId: id }, caller: { workspaceId, apiKeyId } }) =>
        removeSubscription(hub, { workspaceId, connectionId, id }, apiKeyId),
    }),
  ]
}
