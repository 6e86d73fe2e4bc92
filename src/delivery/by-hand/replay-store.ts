import { sql, type Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { behind, type Position } from '../../db/keyset.ts'
import type { ReplaysTable } from '../../db/schema/replays.ts'
import { HubError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import type { ReplayState } from '../contract.ts'
import { instantOf } from '../mint.ts'

export type ReplayedStatus = 'failed' | 'delivered' | 'cancelled'

/** Which deliveries are sent again. */
export interface ReplayRange {
  /** Null for all of the workspace's endpoints. */
  endpointId: string | null
  /** The instants of the events: from this one to before the other. */
  from: Date
  to: Date
  statuses: ReplayedStatus[]
  /** An event type or a pattern of them; null for all. */
  type: string | null
  /** Whether to send what the endpoint missed: failed deliveries, and events that it has no delivery of. */
  missed: boolean
}

export interface Replay extends ReplayRange {
  id: string
  workspaceId: string
  state: ReplayState
  /** The last id that was looked at. */
  cursor: string
  /** The instant that it has come to. */
  reachedAt: Date
  lookedAt: number
  queued: number
  skipped: number
  createdAt: Date
  finishedAt: Date | null
}

/** The states a replay can be brought to, and from where. */
export const replayTransitions = {
  running: ['requested', 'paused'],
  paused: ['requested', 'running'],
  finished: ['running'],
  cancelled: ['requested', 'running', 'paused'],
} as const satisfies Partial<Record<ReplayState, readonly ReplayState[]>>

/** @param cursor where it begins */
export async function insertReplay(
  db: Executor,
  workspaceId: string,
  actor: string,
  range: ReplayRange,
  cursor: string,
): Promise<Replay> {
  const row = await db
    .insertInto('replays')
    .values({
      id: newId('replay'),
      workspace_id: workspaceId,
      endpoint_id: range.endpointId,
      from_at: range.from,
      to_at: range.to,
      statuses: range.statuses,
      type: range.type,
      missed: range.missed,
      cursor,
      actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return replayOf(row)
}

/** @throws HubError `REPLAY_NOT_FOUND` */
export async function findReplay(db: Executor, workspaceId: string, id: string): Promise<Replay> {
  const row = await selectReplay(db, workspaceId, id).executeTakeFirst()
  if (!row) throw new HubError('REPLAY_NOT_FOUND')
  return replayOf(row)
}

/** Locks a replay until the transaction ends; undefined when there is none. */
export async function lockReplay(tx: Executor, workspaceId: string, id: string): Promise<Replay | undefined> {
  const row = await selectReplay(tx, workspaceId, id).forUpdate().executeTakeFirst()
  return row && replayOf(row)
}

function selectReplay(db: Executor, workspaceId: string, id: string) {
  return db.selectFrom('replays').selectAll().where('workspace_id', '=', workspaceId).where('id', '=', id)
}

/** Newest first. Index: replays_by_workspace. */
export async function listReplays(
  db: Executor,
  workspaceId: string,
  list: { after: Position | undefined; limit: number },
): Promise<Replay[]> {
  const query = db.selectFrom('replays').selectAll().where('workspace_id', '=', workspaceId).where(behind(list.after))
  return (await query.orderBy('id', 'desc').limit(list.limit).execute()).map(replayOf)
}

/** How many replays of a workspace are not over. */
export async function countOpenReplays(db: Executor, workspaceId: string): Promise<number> {
  const { count } = await db
    .selectFrom('replays')
    .select(sql<number>`count(*)`.as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('state', 'in', ['requested', 'running', 'paused'])
    .executeTakeFirstOrThrow()
  return count
}

/**
 * Moves a replay to another state, if the table of transitions allows it. `reconcile` makes sure that its workflow learns of
 * it.
 */
export async function changeReplayState(
  db: Executor,
  workspaceId: string,
  id: string,
  to: keyof typeof replayTransitions,
  from: readonly ReplayState[] = replayTransitions[to],
): Promise<boolean> {
  const ended = to === 'finished' || to === 'cancelled'
  const row = await db
    .updateTable('replays')
    .set({
      state: to,
      reconcile_at: sql`now() + interval '1 minute'`,
      ...(ended ? { finished_at: new Date() } : {}),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', 'in', from)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Moves a running replay on from where it was. */
export async function advanceReplay(
  tx: Executor,
  replay: Replay,
  step: { cursor: string; lookedAt: number; queued: number; skipped: number; done: boolean },
): Promise<void> {
  await tx
    .updateTable('replays')
    .set({
      cursor: step.cursor,
      looked_at: sql`looked_at + ${step.lookedAt}::bigint`,
      queued: sql`queued + ${step.queued}::bigint`,
      skipped: sql`skipped + ${step.skipped}::bigint`,
      ...(step.done ? { state: 'finished' as const, finished_at: new Date() } : {}),
    })
    .where('workspace_id', '=', replay.workspaceId)
    .where('id', '=', replay.id)
    .where('state', '=', 'running')
    .where('cursor', '=', replay.cursor)
    .execute()
}

/**
 * Records that the workflow has seen the row in this state, and when it looks again. `reconcile` wakes a workflow that misses
 * its time. A state with nothing to do needs no further look.
 */
export async function noteLook(
  db: Executor,
  workspaceId: string,
  id: string,
  state: ReplayState,
  waitMs: number,
): Promise<void> {
  const idle = state === 'paused' || state === 'finished' || state === 'cancelled'
  const next = sql<Date>`now() + ${waitMs + 60_000}::bigint * interval '1 ms'`
  await db
    .updateTable('replays')
    .set({ reconcile_at: idle ? sql<null>`case when state = ${state} then null else ${next} end` : next })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
}

/**
 * Deletes up to `limit` replays that ended 90 days ago: the deliveries that they moved are gone by then too. Gives how many.
 */
export async function expireReplays(db: Executor, limit: number): Promise<number> {
  // By replays_by_end.
  const { numAffectedRows } = await sql`
    delete from replays where id in (
      select id from replays where finished_at < now() - interval '90 days' order by finished_at limit ${limit}
      for update skip locked)`.execute(db)
  return Number(numAffectedRows ?? 0)
}

function replayOf(row: Selectable<ReplaysTable>): Replay {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    endpointId: row.endpoint_id,
    from: row.from_at,
    to: row.to_at,
    statuses: row.statuses,
    type: row.type,
    missed: row.missed,
    state: row.state,
    cursor: row.cursor,
    reachedAt: new Date(instantOf(row.cursor)),
    lookedAt: row.looked_at,
    queued: row.queued,
    skipped: row.skipped,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
