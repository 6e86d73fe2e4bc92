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

/** The reasons that deliveries have whose endpoint was disabled while they waited. */
const disabledReasons: ReadonlySet<string | null> = new Set(['endpoint_disabled', 'endpoint_gone'])

/**
 * Reads up to `limit` deliveries behind a replay's cursor, and selects those that the replay wants. `last` is the last delivery
 * read, wanted or not.
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
 * Lists candidates in the order of their ids. Unsuccessful ones come from one scan for each status (deliveries_unsuccessful,
 * deliveries_unsuccessful_by_endpoint); successful ones from deliveries_by_endpoint or deliveries_by_workspace. The statement
 * compares the owner by `= any(array[…])` and names it in the order: given a plain equality, Postgres may walk the primary key
 * instead.
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

/** Selects the rows whose event type fits the pattern. Reads a short range of the primary key of events. */
async function ofType(db: Executor, rows: readonly Row[], pattern: string | null): Promise<Row[]> {
  const [first, last] = [rows[0], rows.at(-1)]
  if (pattern === null || !first || !last) return [...rows]
  const { rows: events } = await sql<{ id: string; type: string }>`
    select id, type from events where id = any(${[...new Set(rows.map(row => row.eventId))]}::text[])
      and id >= ${eventIdRange(first.id).from} and id < ${eventIdRange(last.id).to}`.execute(db)
  const matching = new Set(events.filter(event => matchesType([pattern], event.type)).map(event => event.id))
  return rows.filter(row => matching.has(row.eventId))
}
