import { sql } from 'kysely'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { Connection } from '../../connections/store.ts'
import type { Executor } from '../../db/database.ts'
import { forgetIn } from './forget.ts'
import { mostSubscriptions } from './policy.ts'

/**
 * Has subscriptions follow their connection's change of state, in the transaction of that change: what waited for it is
 * registered, what failed is tried again; what ends is left to the connection's end, and then forgotten.
 */
export async function followSubscriptions(hub: ConnectionParts, trx: Executor, connection: Connection): Promise<void> {
  const { workspaceId, id, status } = connection
  if (status === 'connected') {
    await trx
      .updateTable('webhook_subscriptions')
      .set({ renew_at: sql<Date>`now()` })
      .where('workspace_id', '=', workspaceId)
      .where('connection_id', '=', id)
      .where(eb =>
        eb.or([eb('status', '=', 'failing'), eb.and([eb('status', '=', 'pending'), eb('renew_at', 'is', null)])]),
      )
      .execute()
  } else if (status === 'disconnecting') {
    await trx
      .updateTable('webhook_subscriptions')
      .set({ status: 'removed', renew_at: null })
      .where('workspace_id', '=', workspaceId)
      .where('connection_id', '=', id)
      .execute()
  } else if (status === 'disconnected') {
    const left = await trx
      .selectFrom('webhook_subscriptions')
      .select(['id', 'workspace_id as workspaceId', 'address_id as addressId'])
      .where('workspace_id', '=', workspaceId)
      .where('connection_id', '=', id)
      .limit(mostSubscriptions)
      .execute()
    for (const subscription of left) await forgetIn(hub, trx, subscription)
  }
}
