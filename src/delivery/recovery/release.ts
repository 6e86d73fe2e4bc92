import type { DeliveryParts } from '../parts.ts'
import { sameRow } from '../dispatch/claiming/same-row.ts'

/**
 * Releases the oldest held deliveries to the general claim, as due now, behind what is due already. An event with a later
 * delivery time keeps that time. Deliveries of a gated endpoint stay for its gate's holder. Gives the id of the last one
 * released. Index: delivery_queue_by_endpoint.
 */
export async function releaseHeld(
  hub: DeliveryParts,
  endpoint: { workspaceId: string; endpointId: string },
  limit: number,
): Promise<string | undefined> {
  const { rows } = await hub.pool.query<{ last: string | null }>(
    `with oldest as (
      select id, endpoint_id from delivery_queue where workspace_id = $1 and endpoint_id = $2 and held and not gated
      order by id limit $3 for update skip locked
    ), released as (
      update delivery_queue q set held = false,
        due_at = case when q.attempts = 0 then greatest(q.due_at, now()) else now() end
      from oldest where ${sameRow('oldest')} returning q.id
    )
    select max(id) as last from released`,
    [endpoint.workspaceId, endpoint.endpointId, limit],
  )
  return rows[0]?.last ?? undefined
}

/**
 * Holds the deliveries that wait for their own retries, so that the drain sends them: the endpoint answers again, so their
 * delays serve nothing. Index: delivery_queue_by_endpoint.
 */
export async function holdRetries(
  hub: DeliveryParts,
  endpoint: { workspaceId: string; endpointId: string },
): Promise<void> {
  // Behind a gate they are just due: its holder sends them at the endpoint's pace.
  await hub.pool.query(
    `update delivery_queue set due_at = now()
     where workspace_id = $1 and endpoint_id = $2 and gated and attempts > 0 and due_at > now()`,
    [endpoint.workspaceId, endpoint.endpointId],
  )
  await hub.pool.query(
    `update delivery_queue set held = true
     where workspace_id = $1 and endpoint_id = $2 and not held and not gated and attempts > 0 and due_at > now()`,
    [endpoint.workspaceId, endpoint.endpointId],
  )
}
