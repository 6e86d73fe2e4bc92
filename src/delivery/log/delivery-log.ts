import type { DeliveryParts } from '../parts.ts'
import { HubError } from '../../errors.ts'
import { deliveryOf, finishedColumns, waitingColumns, type Delivery, type DeliveryRow } from './delivery-rows.ts'

export type { Delivery } from './delivery-rows.ts'

/** @throws HubError `DELIVERY_NOT_FOUND` */
export async function findDelivery(hub: DeliveryParts, workspaceId: string, id: string): Promise<Delivery> {
  const { rows } = await hub.pool.query<DeliveryRow>(
    `select found.*, e.type from (
      select ${waitingColumns} from delivery_queue q where q.workspace_id = $1 and q.id = $2
      union all
      select ${finishedColumns} from deliveries d where d.workspace_id = $1 and d.id = $2
    ) found left join events e on e.id = found.event_id`,
    [workspaceId, id],
  )
  const row = rows[0]
  if (!row) throw new HubError('DELIVERY_NOT_FOUND')
  return deliveryOf(row)
}
