import { CompiledQuery, sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { lowestIdAt } from '../../ids.ts'
import { matchesType } from '../events/types/event-types.ts'
import { eventIdRange } from '../mint.ts'
import type { Replay } from './replay-store.ts'

/** A finished delivery that a replay is about to move. */
export interface Replayed {
  id: string
  endpointId: string
}

interface Row extends Replayed {
  eventId: string
  status: string
  reason: string | null
  finishedAt: Date
}

/** How a delivery ends whose endpoint was disabled while it waited. */
const disabledReasons: ReadonlySet<string | null> = new Set(['endpoint_disabled', 'endpoint_gone'])

/**
 * The deliveries behind a replay's cursor, up to a limit, and which of them it wants: `last` is the last one looked at.
 * However few are wanted, no more than the limit are read.
 */
export async function findReplayed(
  db: Executor,
  replay: Replay,
  limit: number,
): Promise<{ lookedAt: number; last: string; wanted: Replayed[] }> {
  const { text, values } = candidateStatement(replay, limit)
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(text, values))
  const from = lowestIdAt('delivery', replay.from)
  const wanted = rows.filter(row => {
    if (!replay.missed) return (replay.statuses as string[]).includes(row.status)
    // What waited when the endpoint was disabled may be older than the range, and was missed within it.
    return row.id >= from || (disabledReasons.has(row.reason) && row.finishedAt >= replay.from)
  })
  return {
    lookedAt: rows.length,
    last: rows.at(-1)?.id ?? replay.cursor,
    wanted: await ofType(db, wanted, replay.type),
  }
}

/**
 * In the order of ids. Indexes: deliveries_unsuccessful_by_endpoint and deliveries_unsuccessful, one scan for each status;
 * deliveries_by_endpoint and deliveries_by_workspace when successful ones are wanted too. The owner is asked for as
 * `= any(array[…])` and named in the order: on a plain equality Postgres may take the primary key for as good, and walk it.
 */
export function candidateStatement(
  replay: Pick<Replay, 'workspaceId' | 'endpointId' | 'statuses' | 'cursor' | 'to' | 'missed'>,
  limit: number,
): { text: string; values: unknown[] } {
  const columns = 'id, endpoint_id as "endpointId", event_id as "eventId", status, reason, finished_at as "finishedAt"'
  const [owner, ownerId] = replay.endpointId === null ? ['workspace_id', '$1'] : ['endpoint_id', '$5']
  const part = (condition: string) => `(
    select ${columns} from deliveries
    where ${owner} = any(array[${ownerId}::text]) and id > $2 and id < $3 and workspace_id = any(array[$1::text]) ${condition}
    order by ${owner}, id limit $4)`
  const statuses = replay.missed ? ['failed' as const] : replay.statuses
  const text = statuses.includes('delivered')
    ? part('')
    : // Said literally, so that the partial indexes of what did not succeed can serve it.
      `select * from (${statuses.map(one => part(`and status = '${one}' and status <> 'delivered'`)).join(' union all ')})
       as found order by id limit $4`
  const values = [replay.workspaceId, replay.cursor, lowestIdAt('delivery', replay.to), limit]
  return { text, values: replay.endpointId === null ? values : [...values, replay.endpointId] }
}

/** Those whose event's type fits the pattern: by the primary key of events, a short range of it. */
async function ofType(db: Executor, rows: readonly Row[], pattern: string | null): Promise<Row[]> {
  const [first, last] = [rows[0], rows.at(-1)]
  if (pattern === null || !first || !last) return [...rows]
  const { rows: events } = await sql<{ id: string; type: string }>`
    select id, type from events where id = any(${[...new Set(rows.map(row => row.eventId))]}::text[])
      and id >= ${eventIdRange(first.id).from} and id < ${eventIdRange(last.id).to}`.execute(db)
  const matching = new Set(events.filter(event => matchesType([pattern], event.type)).map(event => event.id))
  return rows.filter(row => matching.has(row.eventId))
}
