import type pg from 'pg'
import { CompiledQuery } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { sameRow } from '../dispatch/claiming/same-row.ts'

/** The end of a delivery that is not sent any more. */
export interface Ending {
  status: 'failed' | 'cancelled'
  reason: string
}

/**
 * Builds the part of a statement that moves queue rows to history. The part `waiting` before it has locked these rows; `done`
 * gives those that were moved. A leased row is being sent, so it stays.
 */
const ending = (status: string, reason: string) => `
  done as (
    delete from delivery_queue q using waiting where ${sameRow('waiting')}
    returning q.id, q.workspace_id, q.endpoint_id, q.event_id, q.attempts, q.last_error
  )
  insert into deliveries (id, workspace_id, endpoint_id, event_id, status, reason, attempts, finished_at, error)
  select id, workspace_id, endpoint_id, event_id, ${status}, ${reason}, attempts, now(), last_error from done`

/**
 * Ends deliveries of an endpoint that takes none any more, up to a limit, and writes them to history, from where they can be
 * replayed. Gives how many it ended. Index: delivery_queue_by_endpoint.
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
 * Ends the named deliveries that wait and are not being sent. Gives how many it ended. Waits for the lock of a single delivery.
 * Of several, it skips those that another transaction has locked: two transactions could otherwise wait for each other.
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

/**
 * Ends the waiting deliveries of one event that are not being sent, up to a limit. Gives how many it ended. Reads a range of
 * the primary key.
 */
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
