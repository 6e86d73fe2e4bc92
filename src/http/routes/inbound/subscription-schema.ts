import { z } from 'zod'
import type { Subscription } from '../../../inbound/subscriptions/store.ts'
import { idField, instant } from '../../fields.ts'

/** What a caller wants to be told of. */
export const subscriptionBody = z.strictObject({
  types: z.array(z.string().min(1).max(100)).max(50).default([]).meta({
    description: "Types that the platform sends, as its page lists them; none where it sends all of a thing's",
  }),
  about: z.record(z.string().max(50), z.string().min(1).max(500)).default({}).meta({
    description: 'What it is about, where the platform has to be told: a repository, a calendar, a resource',
  }),
})

export const subscriptionSchema = z
  .strictObject({
    id: idField('webhookSubscription'),
    connectionId: idField('connection'),
    provider: z.string(),
    addressId: idField('webhookAddress').nullable().meta({ description: 'The address that it sends to' }),
    types: z.array(z.string()).meta({ description: 'Which types the platform sends; none where it sends all' }),
    about: z
      .record(z.string(), z.string())
      .meta({ description: 'What it is about: a repository, a calendar, a resource' }),
    status: z.enum(['pending', 'active', 'failing', 'removed']).meta({
      description:
        '`pending`: not registered yet. `failing`: it could not be registered or renewed, and is tried again. ' +
        '`removed`: the platform has yet to be told',
    }),
    platformId: z.string().nullable().meta({ description: "The platform's id of it" }),
    expiresAt: instant.nullable().meta({ description: 'When it ends, unless the hub renews it before' }),
    renewAt: instant.nullable().meta({ description: 'When the hub has something to do for it next' }),
    failures: z.int().meta({ description: 'How often in a row that has failed' }),
    lastError: z.string().nullable(),
    gapAt: instant.nullable().meta({
      description:
        'When it last began anew after a time in which nothing was sent; the syncs of its connection ran then',
    }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'WebhookSubscription' })

export function showSubscription(subscription: Subscription): z.output<typeof subscriptionSchema> {
  const { workspaceId: _, platformResource: __, ...shown } = subscription
  return {
    ...shown,
    expiresAt: shown.expiresAt?.toISOString() ?? null,
    renewAt: shown.renewAt?.toISOString() ?? null,
    gapAt: shown.gapAt?.toISOString() ?? null,
    createdAt: shown.createdAt.toISOString(),
    updatedAt: shown.updatedAt.toISOString(),
  }
}
