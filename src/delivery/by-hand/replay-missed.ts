import { CompiledQuery, sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { DeliveryParts } from '../parts.ts'
import { deliveryIdRange, mintDeliveryId } from '../mint.ts'
import { queueRow } from '../events/queue-row.ts'
import { findMissable, type Missable } from './replay-events.ts'
import type { Replay } from './replay-store.ts'
import type { ReplayBatch } from './replay-batch.ts'
import { findFull } from './replay-throttle.ts'

/**
 * Creates deliveries for the events behind a replay's cursor that the endpoint would have got and has no delivery of, waiting
 * or finished.
 */
export async function queueMissed(hub: DeliveryParts, tx: Executor, replay: Replay): Promise<ReplayBatch> {
  const { workspaceId, endpointId, cursor } = replay
  const nothing = { cursor, lookedAt: 0, queued: 0, skipped: 0, done: false }
  if (endpointId === null) return { ...nothing, done: true }
  const { replayBatch, replayWaitingLimit, replaySettleMs } = hub.deliveryPolicy
  const settledMs = Date.now() - replaySettleMs
  const horizon = new Date(Math.min(replay.to.getTime(), settledMs))
  const found = await findMissable(tx, workspaceId, endpointId, { after: cursor, before: horizon, limit: replayBatch })
  const { full } = await findFull(tx, replay, [{ id: '', endpointId }], replayWaitingLimit)
  if (full !== undefined && found.matching.length > 0) return { ...nothing, full }
  // One at a time for an endpoint: two would both find no delivery, and make two.
  await sql`select pg_advisory_xact_lock(hashtext('missed'), hashtext(${endpointId}))`.execute(tx)
  const known = await knownEvents(tx, endpointId, found.matching)
  const fresh = found.matching.filter(event => !known.has(event.id))
  const queued = await insertDeliveries(tx, workspaceId, endpointId, fresh)
  const over = !found.more
  const early = replay.to.getTime() > settledMs
  return {
    cursor: found.last,
    lookedAt: found.lookedAt,
    queued,
    skipped: fresh.length - queued,
    done: over && !early,
    ...(over && early ? { waitMs: replay.to.getTime() - settledMs } : {}),
  }
}

/**
 * Gives the events that the endpoint has a delivery of, or will get one of when their expansion reaches it. Index of both
 * delivery tables: (endpoint_id, id).
 */
async function knownEvents(tx: Executor, endpointId: string, events: readonly Missable[]): Promise<Set<string>> {
  const [first, last] = [events[0], events.at(-1)]
  if (!first || !last) return new Set()
  const ids = events.map(event => event.id)
  const { text, values } = knownStatement(endpointId, ids)
  const { rows } = await tx.executeQuery<{ event_id: string }>(CompiledQuery.raw(text, values))
  return new Set(rows.map(row => row.event_id))
}

/** @param events ascending */
export function knownStatement(endpointId: string, events: readonly string[]): { text: string; values: unknown[] } {
  const part = (table: string) =>
    `select event_id from ${table} where (endpoint_id, id) >= ($1, $3) and (endpoint_id, id) < ($1, $4) and event_id = any($2::text[])`
  return {
    text: `
      ${part('delivery_queue')} union all ${part('deliveries')} union all
      select event_id from event_fanouts where event_id = any($2::text[]) and after_endpoint_id < $1`,
    values: [endpointId, events, deliveryIdRange(events[0]!).from, deliveryIdRange(events.at(-1)!).to],
  }
}

/**
 * Queues the events for the endpoint. Skips events without a payload, and all of them when the endpoint takes none any more.
 */
async function insertDeliveries(
  tx: Executor,
  workspaceId: string,
  endpointId: string,
  events: readonly Missable[],
): Promise<number> {
  if (events.length === 0) return 0
  const ids = events.map(event => event.id)
  const { numAffectedRows } = await tx.executeQuery(
    CompiledQuery.raw(
      `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, due_at, ${queueRow.columns})
       select m.delivery_id, $1, $2, e.id, e.size, e.payload_days, greatest(now(), e.deliver_at),
         ${queueRow.values('ep', 'e')}
       from unnest($3::text[], $4::text[]) as m(event_id, delivery_id)
       join events e on e.id = m.event_id and e.id >= $5 and e.id <= $6 and e.workspace_id = $1
       join event_payloads p on p.payload_days = e.payload_days and p.event_id = e.id and p.event_id >= $5 and p.event_id <= $6
       join endpoints ep on ep.id = $2 and ep.workspace_id = $1 and ep.mode <> 'disabled'`,
      [workspaceId, endpointId, ids, ids.map(mintDeliveryId), ids[0], ids.at(-1)],
    ),
  )
  return Number(numAffectedRows ?? 0)
}
