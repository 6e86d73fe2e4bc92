import { deleteExpired } from '../../db/expire.ts'
import type { DeliveryParts } from '../parts.ts'

/** Forgets up to `limit` callers' event ids past their time; gives how many. Called in turns until it gives less. */
export function expireEventKeys(hub: DeliveryParts, limit: number): Promise<number> {
  return deleteExpired(hub.pool, 'event_keys', 'workspace_id, key', limit)
}
