import { CompiledQuery } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { eventIdRange } from '../mint.ts'
import { queueRow } from '../events/queue-row.ts'

/**
 * Moves finished deliveries back to the queue, due now, at the start of their retry schedule. The last attempt of each joins
 * its earlier ones. A delivery stays where it is when it is unfinished, has no payload, or its endpoint takes none. Gives how
 * many were moved.
 * @param ids ascending
 */
export async function requeue(db: Executor, workspaceId: string, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0
  const { text, values } = requeueStatement(workspaceId, ids)
  const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, values))
  return Number(numAffectedRows ?? 0)
}

/**
 * Builds the statement of `requeue`, which reads by primary keys only. The bounds let Postgres skip the partitions of other
 * days.
 */
export function requeueStatement(workspaceId: string, ids: readonly string[]): { text: string; values: unknown[] } {
  const [first, last] = [ids[0]!, ids.at(-1)!]
  return {
    text: `
      with done as (
        delete from deliveries d using events e, event_payloads p
        where d.id = any($2::text[]) and d.id >= $3 and d.id <= $4 and d.workspace_id = $1
          and e.id = d.event_id and e.id >= $5 and e.id < $6
          and p.payload_days = e.payload_days and p.event_id = e.id and p.event_id >= $5 and p.event_id < $6
          and exists (select from endpoints ep where ep.id = d.endpoint_id and ep.workspace_id = $1 and ep.mode <> 'disabled')
        returning d.*, e.size, e.payload_days, e.ordering_key
      ), tried as (
        insert into delivery_attempts (delivery_id, number, workspace_id, endpoint_id, sent_at, duration_ms, status_code,
          error, answer, worker, endpoint_version)
        select id, attempts, workspace_id, endpoint_id, sent_at, duration_ms, status_code, error, answer, worker,
          endpoint_version
        from done where sent_at is not null
      )
      insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, attempts, last_error,
        ${queueRow.columns})
      select done.id, done.workspace_id, endpoint_id, event_id, size, payload_days, attempts, error,
        ${queueRow.values('ep', 'done')}
      from done left join endpoints ep on ep.id = done.endpoint_id`,
    values: [workspaceId, ids, first, last, eventIdRange(first).from, eventIdRange(last).to],
  }
}
