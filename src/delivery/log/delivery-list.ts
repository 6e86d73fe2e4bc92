import { readByIndex } from '../../db/by-index.ts'
import { HubError } from '../../errors.ts'
import type { DeliveryParts } from '../parts.ts'
import { isId } from '../../ids.ts'
import type { DeliveryFilter, DeliveryPage } from './delivery-filter.ts'
import { listByType } from './delivery-list-by-type.ts'
import { listStatement } from './delivery-list-statement.ts'
import { deliveryOf, type DeliveryRow } from './delivery-rows.ts'

/**
 * Lists a workspace's deliveries, waiting and finished, by the instant of their events, newest first. The cost of a page is
 * bounded, whatever is stored. A page that would pass over too many rows is shorter than asked for, even empty, and `next` says
 * where to go on.
 * @param behind the last id of the page before
 * @throws HubError `EVENT_NOT_FOUND` when the event's id is not one
 */
export async function listDeliveries(
  hub: DeliveryParts,
  workspaceId: string,
  filter: DeliveryFilter,
  page: { behind: string | undefined; limit: number },
): Promise<DeliveryPage> {
  const { status, type, eventId } = filter
  if (eventId !== undefined && !isId('event', eventId)) throw new HubError('EVENT_NOT_FOUND')
  // What failed or waits is little and has its own indexes; of all others, the events of the type lead to them.
  if (type !== undefined && eventId === undefined && (status === undefined || status === 'delivered')) {
    return listByType(hub.pool, workspaceId, { ...filter, type, status }, page)
  }
  const statement = listStatement(workspaceId, filter, page.behind, page.limit + 1)
  const rows = await readByIndex<DeliveryRow & { cut: string | null }>(hub.pool, statement)
  // The first row is there in any case, for the place where looking ended.
  const cut = rows[0]!.cut
  const found = rows.filter(row => row.id !== null).map(deliveryOf)
  const deliveries = found.slice(0, page.limit)
  return { deliveries, next: found.length > page.limit ? deliveries.at(-1)!.id : cut }
}
