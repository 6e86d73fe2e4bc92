import { sql } from 'kysely'
import { isDatabaseUnavailable, type Executor } from '../db/database.ts'
import { publishEvents, type NewEvent } from '../delivery/events/publish.ts'
import { isHubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../ids.ts'
import { inboundEvents } from '../metrics/registry.ts'
import type { RoutedCount } from './contract.ts'
import { maxAttempts } from './policy.ts'
import { finish, postpone, type ClaimedEvent } from './queue.ts'
import { startSyncs } from './start-syncs.ts'
import { findTargets, type Target } from './targets.ts'

/**
 * Routes claimed webhooks: each leads to an event for every connection it is about, and to a run of its syncs. Events,
 * rows and the end of the claims commit together. A batch that fails is cut in two until the culprit is found, which is
 * tried again later and in the end put aside as failed.
 */
export async function routeBatch(hub: Hub, events: ClaimedEvent[]): Promise<RoutedCount> {
  if (events.length === 0) return { routed: 0, unmatched: 0, failed: 0 }
  try {
    const targets = await findTargets(hub.db, events)
    // Before the commit: a run too many does no harm, one too few would.
    await startSyncs(hub, events, targets)
    const count = await hub.db.transaction().execute(trx => write(hub, trx, events, targets))
    for (const event of events) inboundEvents.inc({ provider: event.provider, outcome: 'handled' })
    return count
  } catch (error) {
    if (isDatabaseUnavailable(error) || isHubError(error, 'DATABASE_UNAVAILABLE')) throw error
    if (events.length === 1) return putAside(hub, events[0]!, error)
    const half = Math.ceil(events.length / 2)
    const parts = [await routeBatch(hub, events.slice(0, half)), await routeBatch(hub, events.slice(half))]
    return parts.reduce(sumOf)
  }
}

export function sumOf(one: RoutedCount, other: RoutedCount): RoutedCount {
  return {
    routed: one.routed + other.routed,
    unmatched: one.unmatched + other.unmatched,
    failed: one.failed + other.failed,
  }
}

async function write(
  hub: Hub,
  db: Executor,
  claimed: ClaimedEvent[],
  targets: Map<string, Target[]>,
): Promise<RoutedCount> {
  const held = await finish(db, claimed)
  const events = claimed.filter(event => held.has(event.id))
  const outcomes = events.map(event => ({ event, target: targets.get(event.id)?.[0] }))
  const copies = events.flatMap(event =>
    (targets.get(event.id) ?? []).slice(1).map(target => ({ event: { ...event, id: newId('inboundEvent') }, target })),
  )
  await recordOutcomes(db, outcomes)
  await insertCopies(db, copies)
  const routed = [...outcomes, ...copies].flatMap(({ event, target }) => (target ? [{ event, target }] : []))
  for (const [workspaceId, group] of Map.groupBy(routed, ({ target }) => target.workspaceId)) {
    await publishEvents(
      hub,
      db,
      workspaceId,
      group.map(({ event, target }) => eventOf(event, target)),
    )
  }
  return { routed: routed.length, unmatched: outcomes.filter(({ target }) => !target).length, failed: 0 }
}

/** A payload as large as a provider may send does not fit in an event: then it is looked up by the id. */
const largestPayload = 900 * 1024

function eventOf(event: ClaimedEvent, target: Target): NewEvent {
  const fits = event.body.length <= largestPayload
  return {
    type: `${event.provider}.${event.type}`,
    data: {
      connectionId: target.connectionId,
      provider: event.provider,
      type: event.type,
      inboundEventId: event.id,
      payload: fits ? (JSON.parse(event.body.toString()) as unknown) : null,
      ...(fits ? {} : { payloadOmitted: true }),
    },
  }
}

async function recordOutcomes(db: Executor, outcomes: { event: ClaimedEvent; target: Target | undefined }[]) {
  if (outcomes.length === 0) return
  // What nobody is there for stays with its app's workspace, or with nobody.
  await sql`
    update inbound_events e
    set status = case when o.connection_id is null then 'unmatched' else 'routed' end,
      workspace_id = coalesce(o.workspace_id, e.workspace_id),
      connection_id = coalesce(o.connection_id, e.connection_id), error_code = null, handled_at = now()
    from unnest(
      ${outcomes.map(({ event }) => event.id)}::text[],
      ${outcomes.map(({ target }) => target?.workspaceId ?? null)}::text[],
      ${outcomes.map(({ target }) => target?.connectionId ?? null)}::text[]
    ) as o (id, workspace_id, connection_id)
    where e.id = o.id and e.status = 'received'`.execute(db)
}

/** Two connections to one account are two workspaces' or two users' affairs: each has its own event. */
async function insertCopies(db: Executor, copies: { event: ClaimedEvent; target: Target }[]): Promise<void> {
  if (copies.length === 0) return
  await db
    .insertInto('inbound_events')
    .values(
      copies.map(({ event, target }) => ({
        id: event.id,
        workspace_id: target.workspaceId,
        provider: event.provider,
        provider_app_id: event.providerAppId,
        connection_id: target.connectionId,
        account_id: event.accountId,
        type: event.type,
        delivery_id: event.deliveryId,
        status: 'routed' as const,
        error_code: null,
        headers: JSON.stringify(event.headers),
        body: event.body,
        received_at: event.receivedAt,
        handled_at: new Date(),
      })),
    )
    .execute()
}

async function putAside(hub: Hub, event: ClaimedEvent, error: unknown): Promise<RoutedCount> {
  hub.log.error({ err: error, inboundEventId: event.id, attempts: event.attempts }, 'a webhook could not be routed')
  if (event.attempts < maxAttempts) {
    await postpone(hub.db, event)
    return { routed: 0, unmatched: 0, failed: 0 }
  }
  const code = isHubError(error) ? error.code : 'INTERNAL'
  await hub.db.transaction().execute(async trx => {
    const held = await finish(trx, [event])
    if (!held.has(event.id)) return
    await trx
      .updateTable('inbound_events')
      .set({ status: 'failed', error_code: code, handled_at: new Date() })
      .where('id', '=', event.id)
      .where('status', '=', 'received')
      .execute()
  })
  inboundEvents.inc({ provider: event.provider, outcome: 'failed' })
  return { routed: 0, unmatched: 0, failed: 1 }
}
