import type pg from 'pg'

/**
 * Ends deliveries that wait for an endpoint which takes none any more, up to a limit: they become history, replayable.
 * Gives how many. Indexes: delivery_queue_by_endpoint.
 */
export async function finishWaiting(
  pool: pg.Pool,
  endpoint: { workspaceId: string; endpointId: string },
  end: { status: 'failed' | 'cancelled'; reason: string },
  limit: number,
): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'finish-waiting',
    text: `
      with waiting as (
        select id from delivery_queue
        where endpoint_id = $2 and workspace_id = $1 and (leased_until is null or leased_until < now())
        order by id limit $5 for update skip locked
      ), done as (
        delete from delivery_queue q using waiting where q.id = any(array[waiting.id])
        returning q.id, q.workspace_id, q.endpoint_id, q.event_id, q.attempts, q.last_error
      )
      insert into deliveries (id, workspace_id, endpoint_id, event_id, status, reason, attempts, finished_at, error)
      select id, workspace_id, endpoint_id, event_id, $3, $4, attempts, now(), last_error from done`,
    values: [endpoint.workspaceId, endpoint.endpointId, end.status, end.reason, limit],
  })
  return rowCount ?? 0
}
