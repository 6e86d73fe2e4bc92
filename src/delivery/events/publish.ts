import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { DeliveryParts } from '../parts.ts'
import { eventsPublished } from '../../metrics/registry.ts'
import { EventsRefused, refusalsOf, type Refusals } from './admit.ts'
import { isHubsAlone } from './types/event-types.ts'
import { prepareEvent, type NewEvent, type PreparedEvent } from './payload.ts'
import { publishQueueOf } from './publish-queue.ts'
import { endpointsVersion } from './subscriptions.ts'
import { runOnExecutor } from './write-events.ts'
import { subscriptionCacheOf, writeMatched } from './write-matched.ts'

export type { NewEvent } from './payload.ts'

export interface PublishedEvent {
  /** The hub's id, which is also the `webhook-id` that receivers see. */
  id: string
  /** Whether the caller's event id was published before. The id is then that of the first result. */
  repeated: boolean
}

/**
 * Writes the hub's own events and their deliveries in the caller's transaction, so that an event is published exactly when the
 * change that it reports commits. Outside a transaction the events commit together, and may share their commit with others.
 * @throws HubError `INVALID_REQUEST`, `BODY_TOO_LARGE`, `EVENT_ID_CONFLICT` when a caller's event id was used for another body
 */
export async function publishEvents(
  hub: DeliveryParts,
  db: Executor,
  workspaceId: string,
  events: NewEvent[],
): Promise<PublishedEvent[]> {
  if (events.length === 0) return []
  const prepared = events.map(event => prepareEvent(workspaceId, event))
  return resolve(hub, db, workspaceId, prepared, await write(hub, db, prepared))
}

/**
 * Publishes a workspace's events, all or none. Their data must fit the schemas that the workspace registered. A repeated event
 * id gets the first result, whatever has been registered since.
 * @throws HubError `INVALID_REQUEST`, `BODY_TOO_LARGE`, `EVENT_SCHEMA_MISMATCH`, `EVENT_ID_CONFLICT`
 */
export async function publishForWorkspace(
  hub: DeliveryParts,
  workspaceId: string,
  events: NewEvent[],
): Promise<PublishedEvent[]> {
  const reserved = events.findIndex(event => isHubsAlone(event.type))
  if (reserved >= 0)
    throw new HubError('INVALID_REQUEST', { message: 'Events under webhook. are published by the hub.' })
  const prepared = events.map(event => prepareEvent(workspaceId, event))
  for (const event of prepared) event.checked = true
  for (let attempt = 0; attempt < 5; attempt++) {
    const repeats = await repeatsAmongRefused(hub, workspaceId, prepared)
    const fresh = repeats.size === 0 ? prepared : prepared.filter(event => !repeats.has(event))
    try {
      return await resolve(hub, hub.db, workspaceId, prepared, await write(hub, hub.db, fresh))
    } catch (error) {
      // Something was registered in between: it is refused with what stands now, or not at all.
      if (!(error instanceof EventsRefused)) throw error
    }
  }
  throw new HubError('CONFLICT', { message: 'The event types change too fast to check events with them; try again.' })
}

async function write(
  hub: DeliveryParts,
  db: Executor,
  prepared: readonly PreparedEvent[],
): Promise<ReadonlySet<string>> {
  if (prepared.length === 0) return new Set()
  return db.isTransaction ? writeMatched(hub, db, runOnExecutor(db), prepared) : publishQueueOf(hub).add(prepared)
}

/**
 * Checks the events before they join those of others. Gives refused events that turn out to be repeats of a published event id.
 * @throws HubError the reason of the first event that is refused and no repeat
 */
async function repeatsAmongRefused(
  hub: DeliveryParts,
  workspaceId: string,
  prepared: readonly PreparedEvent[],
): Promise<ReadonlySet<PreparedEvent>> {
  const refusals = await refusalsNow(hub, workspaceId, prepared)
  if (refusals.size === 0) return new Set()
  const known = await firstResults(hub.db, workspaceId, [...refusals.keys()])
  const repeats = new Set<PreparedEvent>()
  for (const [event, refusal] of refusals) {
    const first = event.callerId === null ? undefined : known.get(event.callerId)
    if (!first || !event.hash || !first.hash.equals(event.hash)) throw inCall(refusal, prepared, event)
    repeats.add(event)
  }
  return repeats
}

/** Finds the events that the current version refuses. A process with an older version must not refuse by that one. */
async function refusalsNow(
  hub: DeliveryParts,
  workspaceId: string,
  prepared: readonly PreparedEvent[],
): Promise<Refusals> {
  const cache = subscriptionCacheOf(hub)
  for (let attempt = 0; attempt < 20; attempt++) {
    const current = await cache.get(hub.db, workspaceId)
    const refusals = await refusalsOf(hub.db, new Map([[workspaceId, current]]), prepared)
    if (refusals?.size === 0) return refusals
    if (refusals && (await endpointsVersion(hub.db, workspaceId)) === current.version) return refusals
    cache.forget(workspaceId)
  }
  throw new HubError('CONFLICT', { message: 'The event types change too fast to check events with them; try again.' })
}

/** A refusal says which event of the call it is about. */
function inCall(refusal: HubError, prepared: readonly PreparedEvent[], event: PreparedEvent): HubError {
  if (prepared.length === 1 || !Array.isArray(refusal.details)) return refusal
  const index = prepared.indexOf(event)
  const details = refusal.details.map((detail: object) => ({ event: index, ...detail }))
  return new HubError(refusal.code, { message: refusal.message, details })
}

async function resolve(
  hub: DeliveryParts,
  db: Executor,
  workspaceId: string,
  events: readonly PreparedEvent[],
  written: ReadonlySet<string>,
): Promise<PublishedEvent[]> {
  // In a transaction nobody knows when it commits: the dispatchers' poll finds what it made due.
  hub.wake.soon()
  const published = await resolveRepeats(db, workspaceId, events, written)
  eventsPublished.inc(published.filter(event => !event.repeated).length)
  return published
}

async function resolveRepeats(
  db: Executor,
  workspaceId: string,
  events: readonly PreparedEvent[],
  written: ReadonlySet<string>,
): Promise<PublishedEvent[]> {
  const repeats = events.filter(event => event.callerId !== null && !written.has(event.id))
  if (repeats.length === 0) return events.map(({ id }) => ({ id, repeated: false }))
  const known = await firstResults(db, workspaceId, repeats)
  return events.map(({ id, callerId, hash }) => {
    if (callerId === null || written.has(id)) return { id, repeated: false }
    const first = known.get(callerId)
    if (!first || !hash || !first.hash.equals(hash)) {
      throw new HubError('EVENT_ID_CONFLICT', { details: { eventId: callerId } })
    }
    return { id: first.id, repeated: true }
  })
}

/** What was published under the events' ids before. */
async function firstResults(
  db: Executor,
  workspaceId: string,
  events: readonly PreparedEvent[],
): Promise<Map<string, { id: string; hash: Buffer }>> {
  const keys = new Set(events.flatMap(event => event.callerId ?? []))
  if (keys.size === 0) return new Map()
  const rows = await db
    .selectFrom('event_keys')
    .select(['key', 'event_id', 'body_hash'])
    .where('workspace_id', '=', workspaceId)
    .where('key', 'in', [...keys])
    .execute()
  return new Map(rows.map(row => [row.key, { id: row.event_id, hash: row.body_hash }]))
}
