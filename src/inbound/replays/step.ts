import { sql } from 'kysely'
import type { ConnectionParts } from '../../connections/parts.ts'
import { planByIndex } from '../../db/by-index.ts'
import type { Executor } from '../../db/database.ts'
import { lowestIdAt } from '../../ids.ts'
import type { InboundReplayInput, InboundReplayStep } from '../contract.ts'
import { mostWaiting, replayBatch, replayWaitMs } from '../policy.ts'
import { inboundWakeOf } from '../wake.ts'
import { changeInboundReplay, lockInboundReplay, type InboundReplay } from './store.ts'

/** A step lasts this long at most, while it finds events. */
const stepMs = 5_000

/**
 * Carries out one step of a replay: batch after batch of events is queued to be routed again. Each transaction moves the row's
 * cursor and counts, so that a repeated or concurrent step goes on where the other stopped. The step ends after a few seconds,
 * when enough waits to be routed, or when the replay is over.
 */
export async function moveInboundReplay(
  hub: ConnectionParts,
  { workspaceId, replayId }: InboundReplayInput,
  alive: () => void,
): Promise<InboundReplayStep> {
  const endsAt = performance.now() + stepMs
  await changeInboundReplay(hub.db, workspaceId, replayId, 'running')
  for (;;) {
    alive()
    const step = await hub.db.transaction().execute(trx => moveBatch(trx, workspaceId, replayId))
    if (step.queued > 0) inboundWakeOf(hub).soon()
    if (step.state !== 'running' || step.waitMs > 0 || performance.now() >= endsAt) return step
  }
}

async function moveBatch(trx: Executor, workspaceId: string, replayId: string): Promise<InboundReplayStep> {
  const replay = await lockInboundReplay(trx, workspaceId, replayId)
  if (!replay) return { state: 'gone', lookedAt: 0, queued: 0, waitMs: 0 }
  const { state, lookedAt, queued } = replay
  if (state !== 'running') return { state, lookedAt, queued, waitMs: 0 }
  if ((await countWaiting(trx)) >= mostWaiting) {
    await note(trx, replay, { cursor: replay.cursor, lookedAt: 0, queued: 0, done: false })
    return { state, lookedAt, queued, waitMs: replayWaitMs }
  }
  await planByIndex(trx)
  const found = await candidates(trx, replay)
  const wanted = found.filter(event => (replay.statuses as string[]).includes(event.status)).map(event => event.id)
  const moved = await queueAgain(trx, replay, wanted)
  const done = found.length < replayBatch
  await note(trx, replay, { cursor: found.at(-1)?.id ?? replay.cursor, lookedAt: found.length, queued: moved, done })
  return { state: done ? 'finished' : state, lookedAt: lookedAt + found.length, queued: queued + moved, waitMs: 0 }
}

/**
 * The next of a range, in the order of their arrival. What else wakes while this goes on is behind `to`. Indexes
 * inbound_events_by_connection, _by_type, _by_provider and _by_workspace.
 */
function candidates(trx: Executor, replay: InboundReplay): Promise<{ id: string; status: string }[]> {
  let query = trx
    .selectFrom('inbound_events')
    .select(['id', 'status'])
    .where('workspace_id', '=', replay.workspaceId)
    .where('id', '>', replay.cursor)
    .where('id', '<', lowestIdAt('inboundEvent', replay.to))
  if (replay.connectionId !== null) query = query.where('connection_id', '=', replay.connectionId)
  if (replay.type !== null) query = query.where('type', '=', replay.type)
  if (replay.provider !== null) query = query.where('provider', '=', replay.provider)
  return query.orderBy('id').limit(replayBatch).execute()
}

/** Queues events that are handled; one that waits already stays as it is. */
async function queueAgain(trx: Executor, { workspaceId }: InboundReplay, ids: string[]): Promise<number> {
  if (ids.length === 0) return 0
  const { numAffectedRows } = await sql`
    with again as (
      update inbound_events set status = 'received', handled_at = null
      where id = any(${ids}::text[]) and workspace_id = ${workspaceId} and status in ('routed', 'unmatched', 'failed')
      returning id, provider, provider_app_id, body
    )
    insert into inbound_queue (event_id, provider, provider_app_id, bytes)
    select id, provider, provider_app_id, length(body) from again`.execute(trx)
  return Number(numAffectedRows ?? 0)
}

async function countWaiting(trx: Executor): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (select from inbound_queue limit ${mostWaiting}) as q`.execute(trx)
  return rows[0]!.count
}

async function note(
  trx: Executor,
  { workspaceId, id }: InboundReplay,
  step: { cursor: string; lookedAt: number; queued: number; done: boolean },
): Promise<void> {
  await trx
    .updateTable('inbound_replays')
    .set({
      cursor: step.cursor,
      looked_at: sql`looked_at + ${step.lookedAt}::bigint`,
      queued: sql`queued + ${step.queued}::bigint`,
      reconcile_at: step.done ? null : sql<Date>`now() + interval '1 minute'`,
      ...(step.done ? { state: 'finished' as const, finished_at: new Date() } : {}),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute()
}
