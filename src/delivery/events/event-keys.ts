import type { Hub } from '../../hub.ts'

/** Forgets up to `limit` callers' event ids past their time; gives how many. Called in turns until it gives less. */
export async function expireEventKeys(hub: Hub, limit: number): Promise<number> {
  // By event_keys_by_expiry.
  const { rowCount } = await hub.pool.query({
    name: 'expire_event_keys',
    text: `delete from event_keys where (workspace_id, key) in (
             select workspace_id, key from event_keys where expires_at < now()
             order by expires_at limit $1 for update skip locked)`,
    values: [limit],
  })
  return rowCount ?? 0
}
