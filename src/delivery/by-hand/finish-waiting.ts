import type pg from 'pg'
import { CompiledQuery } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { sameRow } from '../dispatch/claiming/same-row.ts'

/** How a delivery ends that is not sent any more. */
export interface Ending {
  status: 'failed' | 'cancelled'
  reason: string
}

/**
 * The part of a statement that makes history of the queue rows which the part `waiting` has locked: `done` are those rows.
 * What is under a lease is being sent, and is not for others to end.
 */
const ending = (status: string, reason: string) => `
  done as (
    delete from delivery_queue q using waiting where ${sameRow('waiting')}
    returning q.id, q.workspace_id, q.endpoint_id, q.event_id, q.attempts, q.last_error
  )
  insert into deliveries (id, workspace_id, endpoint_id, event_id, status, reason, attempts, finished_at, error)
  select id, workspace_id, endpoint_id, event_id, ${status}, ${reason}, attempts, now(), last_error from done`

/**
 * Ends deliveries that wait for an endpoint which takes none any more, up to a limit: they become history, replayable.
 * Gives how many. Indexes: delivery_queue_by_endpoint.
 */
export async function finishWaiting(
  pool: pg.Pool,
  endpoint: { workspaceId: string; endpointId: string },
  end: Ending,
  limit: number,
): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'finish-waiting',
    text: `
      with waiting as (
        select id, endpoint_id from delivery_queue
        where endpoint_id = $2 and workspace_id = $1 and (leased_until is null or leased_until < now())
        order by id limit $5 for update skip locked
      ), ${ending('$3', '$4')}`,
    values: [endpoint.workspaceId, endpoint.endpointId, end.status, end.reason, limit],
  })
  return rowCount ?? 0
}

/**
 * Ends those of the named deliveries that wait and are not being sent. Gives how many. One alone is waited for when somebody
 * else holds it, of several those that are held are left out: two who wait for each other would never end.
 */
export async function finishNamed(db: Executor, workspaceId: string, ids: string[], end: Ending): Promise<number> {
  return run(
    db,
    `with waiting as (
      select id, endpoint_id from delivery_queue
      where id = any($2::text[]) and workspace_id = $1 and (leased_until is null or leased_until < now())
      for update ${ids.length === 1 ? '' : 'skip locked'}
    ), ${ending('$3', '$4')}`,
    [workspaceId, ids, end.status, end.reason],
  )
}

/** Ends what waits of one event and is not being sent, up to a limit: a range of the primary key. Gives how many. */
export async function finishOfEvent(
  db: Executor,
  event: { workspaceId: string; eventId: string; range: { from: string; to: string } },
  end: Ending,
  limit: number,
): Promise<number> {
  return run(
    db,
    `with waiting as (
      select id, endpoint_id from delivery_queue
      where id >= $5 and id < $6 and event_id = $2 and workspace_id = $1 and (leased_until is null or leased_until < now())
      order by id limit $7 for update skip locked
    ), ${ending('$3', '$4')}`,
    [event.workspaceId, event.eventId, end.status, end.reason, event.range.from, event.range.to, limit],
  )
}

async function run(db: Executor, text: string, values: unknown[]): Promise<number> {
  const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, values))
  return Number(numAffectedRows ?? 0)
}
