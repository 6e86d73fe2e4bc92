import type pg from 'pg'
import type { EndpointMode } from '../../contract.ts'

export interface HeldEndpoint {
  endpointId: string
  workspaceId: string
  /** Null when the endpoint is gone. */
  mode: EndpointMode | null
  version: number | null
  /** Deliveries from before it got a gate. */
  gated: boolean
}

/**
 * The endpoints that held deliveries wait for. Steps from endpoint to endpoint through delivery_queue_held, so its cost is
 * the number of endpoints, whatever waits for each.
 */
export const heldEndpointsText = `
  with recursive step as (
    (select endpoint_id, workspace_id from delivery_queue where held and not gated order by endpoint_id limit 1)
    union all
    select next.endpoint_id, next.workspace_id from step, lateral (
      select endpoint_id, workspace_id from delivery_queue
      where held and not gated and endpoint_id > step.endpoint_id order by endpoint_id limit 1) next
  )
  select step.endpoint_id as "endpointId", step.workspace_id as "workspaceId", e.mode, e.version,
    coalesce(e.gated, false) as gated
  from step left join endpoints e on e.id = step.endpoint_id limit 10000`

export async function heldEndpoints(pool: pg.Pool): Promise<HeldEndpoint[]> {
  return (await pool.query<HeldEndpoint>({ name: 'held-endpoints', text: heldEndpointsText })).rows
}
