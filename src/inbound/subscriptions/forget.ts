import type { ConnectionParts } from '../../connections/parts.ts'
import type { Executor } from '../../db/database.ts'
import { removeAddress } from '../addresses/manage.ts'
import type { Subscription } from './store.ts'

/** Ends a subscription that the platform has removed, with its address and its secrets. */
export function forgetSubscription(hub: ConnectionParts, subscription: Subscription): Promise<void> {
  return hub.db.transaction().execute(trx => forgetIn(hub, trx, subscription))
}

/** The same in the caller's transaction. */
export async function forgetIn(
  hub: ConnectionParts,
  trx: Executor,
  { workspaceId, id, addressId }: Pick<Subscription, 'workspaceId' | 'id' | 'addressId'>,
): Promise<void> {
  await hub.credentials.destroy(trx, workspaceId, id)
  if (addressId !== null) await removeAddress(hub, trx, { workspaceId, id: addressId })
  await trx.deleteFrom('webhook_subscriptions').where('workspace_id', '=', workspaceId).where('id', '=', id).execute()
}
