import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { EndpointMode } from '../contract.ts'
import type { Replayed } from './replay-candidates.ts'
import type { Replay } from './replay-store.ts'

/** Where a replay would queue too much. */
export interface Throttle {
  /** An endpoint that has enough waiting: the replay waits for it. */
  full: string | undefined
  /** Endpoints that have enough waiting and take nothing now. A replay of all endpoints passes over them. */
  closed: ReadonlySet<string>
}

interface Row {
  id: string
  mode: EndpointMode
  full: boolean
}

/**
 * Finds the endpoints of a batch that have so many due deliveries that a replay would delay live traffic. Index:
 * delivery_queue_by_endpoint; the statement reads at most four times the limit of each endpoint.
 */
export async function findFull(
  db: Executor,
  replay: Pick<Replay, 'workspaceId' | 'endpointId'>,
  batch: readonly Replayed[],
  limit: number,
): Promise<Throttle> {
  const endpoints = [...new Set(batch.map(one => one.endpointId))]
  if (endpoints.length === 0) return { full: undefined, closed: new Set() }
  const { rows } = await fullStatement(replay.workspaceId, endpoints, limit).execute(db)
  const full = rows.filter(row => row.full)
  const waitFor = full.find(row => replay.endpointId !== null || row.mode === 'open' || row.mode === 'draining')
  return { full: waitFor?.id, closed: new Set(full.map(row => row.id)) }
}

export function fullStatement(workspaceId: string, endpoints: string[], limit: number) {
  return sql<Row>`
    select ep.id, ep.mode, (
      select count(*) from (
        select q.due_at from delivery_queue q
        where q.endpoint_id = any(array[ep.id])
        order by q.endpoint_id, q.id limit ${4 * limit}
      ) as looked where looked.due_at <= now()
    ) >= ${limit} as full
    from endpoints ep where ep.workspace_id = ${workspaceId} and ep.id = any(${endpoints}::text[]) and ep.mode <> 'disabled'`
}
