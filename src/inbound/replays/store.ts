import { sql, type Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { behind, type Position } from '../../db/keyset.ts'
import type { InboundReplaysTable, InboundReplayState } from '../../db/schema/inbound-replays.ts'
import { HubError } from '../../errors.ts'

/** What may be routed again: what has been handled, one way or another. */
export const replayedStatuses = ['routed', 'unmatched', 'failed'] as const
export type ReplayedStatus = (typeof replayedStatuses)[number]

/** Which inbound events are routed again. */
export interface InboundRange {
  /** The instants of arrival: from this one to before the other. */
  from: Date
  to: Date
  statuses: ReplayedStatus[]
  /** Null for all of them. */
  provider: string | null
  connectionId: string | null
  type: string | null
}

export interface InboundReplay extends InboundRange {
  id: string
  workspaceId: string
  state: InboundReplayState
  /** The last id that was looked at. */
  cursor: string
  lookedAt: number
  queued: number
  createdAt: Date
  finishedAt: Date | null
}

const select = (db: Executor, workspaceId: string) =>
  db.selectFrom('inbound_replays').selectAll().where('workspace_id', '=', workspaceId)

/** @throws HubError `INBOUND_REPLAY_NOT_FOUND` */
export async function findInboundReplay(db: Executor, workspaceId: string, id: string): Promise<InboundReplay> {
  const row = await select(db, workspaceId).where('id', '=', id).executeTakeFirst()
  if (!row) throw new HubError('INBOUND_REPLAY_NOT_FOUND')
  return replayOf(row)
}

/** Locks a replay until the transaction ends; undefined when there is none. */
export async function lockInboundReplay(
  trx: Executor,
  workspaceId: string,
  id: string,
): Promise<InboundReplay | undefined> {
  const row = await select(trx, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst()
  return row && replayOf(row)
}

/** Newest first. Index inbound_replays_by_workspace. */
export async function listInboundReplays(
  db: Executor,
  workspaceId: string,
  list: { after: Position | undefined; limit: number },
): Promise<InboundReplay[]> {
  const rows = await select(db, workspaceId).where(behind(list.after)).orderBy('id', 'desc').limit(list.limit).execute()
  return rows.map(replayOf)
}

/** The states that a replay can be brought to, and from where. */
const transitions = {
  running: ['requested'],
  finished: ['running'],
  cancelled: ['requested', 'running'],
} as const satisfies Partial<Record<InboundReplayState, readonly InboundReplayState[]>>

/** Moves a replay to another state, if the table of transitions allows it; gives whether it did. */
export async function changeInboundReplay(
  db: Executor,
  workspaceId: string,
  id: string,
  to: keyof typeof transitions,
): Promise<boolean> {
  const ends = to === 'finished' || to === 'cancelled'
  const { numUpdatedRows } = await db
    .updateTable('inbound_replays')
    .set({
      state: to,
      reconcile_at: ends ? null : sql<Date>`now() + interval '1 minute'`,
      ...(ends ? { finished_at: new Date() } : {}),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', 'in', transitions[to])
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Deletes up to `limit` replays that ended 30 days ago, as long as inbound events are kept. Index inbound_replays_by_end. */
export async function expireInboundReplays(db: Executor, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from inbound_replays where id in (
      select id from inbound_replays where finished_at < now() - interval '30 days' order by finished_at limit ${limit}
      for update skip locked)`.execute(db)
  return Number(numAffectedRows ?? 0)
}

export function replayOf(row: Selectable<InboundReplaysTable>): InboundReplay {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    from: row.from_at,
    to: row.to_at,
    statuses: row.statuses as ReplayedStatus[],
    provider: row.provider,
    connectionId: row.connection_id,
    type: row.type,
    state: row.state,
    cursor: row.cursor,
    lookedAt: row.looked_at,
    queued: row.queued,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
