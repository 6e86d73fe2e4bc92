import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { findDelivery, type Delivery } from './delivery-log.ts'
import { findEndpoint } from './endpoint-store.ts'

/**
 * Sends a delivery again, now, with the retry schedule from its beginning. One that waits for its next attempt is made due;
 * a finished one goes back to the queue, and its last attempt joins the others.
 * @throws HubError `DELIVERY_NOT_FOUND`, `CONFLICT` when its endpoint takes none or its payload is gone
 */
export async function resendDelivery(hub: Hub, workspaceId: string, id: string): Promise<Delivery> {
  const delivery = await findDelivery(hub, workspaceId, id)
  const endpoint = await findEndpoint(hub.db, workspaceId, delivery.endpointId).catch(() => undefined)
  if (!endpoint) throw new HubError('CONFLICT', { message: 'Its endpoint was deleted.' })
  if (endpoint.mode === 'disabled' || endpoint.mode === 'paused') {
    throw new HubError('CONFLICT', { message: `Its endpoint is ${endpoint.mode}.` })
  }
  const moved =
    delivery.finishedAt === null ? await makeDue(hub, workspaceId, id) : await queueAgain(hub, workspaceId, id)
  if (!moved) throw new HubError('CONFLICT', { message: 'It is being sent just now, or its payload is gone.' })
  hub.wake.soon()
  return findDelivery(hub, workspaceId, id)
}

async function makeDue(hub: Hub, workspaceId: string, id: string): Promise<boolean> {
  const { rowCount } = await hub.pool.query(
    `update delivery_queue set due_at = least(due_at, now()), step = 0
     where workspace_id = $1 and id = $2 and (leased_until is null or leased_until < now())`,
    [workspaceId, id],
  )
  return rowCount === 1
}

async function queueAgain(hub: Hub, workspaceId: string, id: string): Promise<boolean> {
  const { rowCount } = await hub.pool.query(
    `with done as (
      delete from deliveries d using events e, event_payloads p
      where d.workspace_id = $1 and d.id = $2 and e.id = d.event_id
        and p.payload_days = e.payload_days and p.event_id = d.event_id
      returning d.*, e.size, e.payload_days
    ), tried as (
      insert into delivery_attempts (delivery_id, number, workspace_id, sent_at, duration_ms, status_code, error, answer, worker)
      select id, attempts, workspace_id, sent_at, duration_ms, status_code, error, answer, worker
      from done where sent_at is not null
    )
    insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, attempts, last_error)
    select id, workspace_id, endpoint_id, event_id, size, payload_days, attempts, error from done`,
    [workspaceId, id],
  )
  return rowCount === 1
}
