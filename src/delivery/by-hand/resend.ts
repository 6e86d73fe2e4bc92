import { writeAudit } from '../../audit/log.ts'
import { CompiledQuery } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { DeliveryParts } from '../parts.ts'
import { findDelivery, type Delivery } from '../log/delivery-log.ts'
import { findEndpoint } from '../endpoints/endpoint-store.ts'
import { requeue } from './requeue.ts'

/**
 * Sends a delivery again now, at the start of its retry schedule. A waiting delivery becomes due; a finished one returns to the
 * queue, and its last attempt joins its earlier ones. Two simultaneous requests send it once.
 * @throws HubError `DELIVERY_NOT_FOUND`; `DELIVERY_BUSY` when it is being sent just now; `PAYLOAD_GONE`; `CONFLICT` when its
 * endpoint takes none
 */
export async function resendDelivery(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  id: string,
): Promise<Delivery> {
  const delivery = await findDelivery(hub, workspaceId, id)
  const endpoint = await findEndpoint(hub.db, workspaceId, delivery.endpointId).catch(() => undefined)
  if (!endpoint) throw new HubError('CONFLICT', { message: 'Its endpoint was deleted.' })
  if (endpoint.mode === 'disabled' || endpoint.mode === 'paused') {
    throw new HubError('CONFLICT', { message: `Its endpoint is ${endpoint.mode}.` })
  }
  const moved = await hub.db.transaction().execute(async tx => {
    const done = (await requeue(tx, workspaceId, [id])) === 1 || (await makeDue(tx, workspaceId, id))
    if (done) await writeAudit(tx, { workspaceId, actor, action: 'delivery.resent', subjectId: id })
    return done
  })
  if (moved) hub.wake.soon()
  const after = await findDelivery(hub, workspaceId, id)
  if (moved) return after
  throw new HubError(after.finishedAt === null ? 'DELIVERY_BUSY' : 'PAYLOAD_GONE')
}

/** Makes a waiting delivery due now, at the start of its schedule. It keeps its place in line. */
async function makeDue(db: Executor, workspaceId: string, id: string): Promise<boolean> {
  const { numAffectedRows } = await db.executeQuery(
    CompiledQuery.raw(
      `update delivery_queue set due_at = least(due_at, now()), step = 0
       where workspace_id = $1 and id = $2 and (leased_until is null or leased_until < now())`,
      [workspaceId, id],
    ),
  )
  return numAffectedRows === 1n
}
