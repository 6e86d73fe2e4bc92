import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { DeliveryParts } from '../parts.ts'
import { EventsRefused, refusalsOf } from './admit.ts'
import type { PreparedEvent } from './payload.ts'
import { SubscriptionCache, type Subscriptions } from './subscriptions.ts'
import { writeEvents, type RunStatement } from './write-events.ts'

const caches = new WeakMap<DeliveryParts['pool'], SubscriptionCache>()

/** The subscriptions that this process remembers. */
export function subscriptionCacheOf(hub: DeliveryParts): SubscriptionCache {
  let cache = caches.get(hub.pool)
  if (!cache) caches.set(hub.pool, (cache = new SubscriptionCache()))
  return cache
}

/**
 * Writes prepared events. Checks and matches them again whenever endpoints or event types change in between. Gives the ids
 * written. Throws EventsRefused, with nothing written, when some do not fit what their workspace registered.
 */
export async function writeMatched(
  hub: DeliveryParts,
  db: Executor,
  run: RunStatement,
  events: readonly PreparedEvent[],
): Promise<Set<string>> {
  const cache = subscriptionCacheOf(hub)
  const workspaces = [...new Set(events.map(event => event.workspaceId))]
  for (let attempt = 0; attempt < 20; attempt++) {
    const subscriptions = new Map<string, Subscriptions>()
    for (const workspace of workspaces) subscriptions.set(workspace, await cache.get(db, workspace))
    const refusals = await refusalsOf(db, subscriptions, events)
    if (refusals?.size) throw new EventsRefused(refusals)
    const written = refusals && (await writeEvents(run, events, subscriptions, hub.deliveryPolicy.eventKeyMs))
    if (written?.hasMetRules) hub.onRulesMet()
    if (written) return written.ids
    for (const workspace of workspaces) cache.forget(workspace)
  }
  throw new HubError('CONFLICT', { message: 'The endpoints change too fast to match events with them; try again.' })
}
