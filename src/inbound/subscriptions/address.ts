import { randomBytes } from 'node:crypto'
import type { SubscribeDefinition } from '../../catalogue/schema/webhooks/subscribe.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { HubError } from '../../errors.ts'
import { createAddressIn, removeAddress } from '../addresses/manage.ts'
import { currentSecret } from '../secrets.ts'
import { changeSubscription, type Subscription } from './store.ts'

/** Where a platform is to send to, and what it signs with where the hub makes that. */
export interface OwnAddress {
  id: string
  url: string
  secret: string | undefined
}

const urlPlace = ({ workspaceId, id }: Subscription) => ({ workspaceId, ownerId: id, field: 'webhook_url' })

/**
 * The address of a subscription; made when it has none, with its key kept sealed for renewals. Another takes its place where an
 * earlier try has failed: the platform may have registered that one and its answer been lost, and would not register it twice.
 * @throws HubError `WEBHOOK_SUBSCRIPTION_NOT_FOUND` for one that has been removed meanwhile
 */
export async function addressFor(
  hub: ConnectionParts,
  definition: SubscribeDefinition,
  subscription: Subscription,
): Promise<OwnAddress> {
  const { workspaceId, connectionId, addressId, platformId, failures } = subscription
  const known = await hub.credentials.get<string>(hub.db, urlPlace(subscription))
  const isUnsure = platformId === null && failures > 0
  if (addressId !== null && known !== undefined && !isUnsure)
    return { id: addressId, url: known, secret: await currentSecret(hub, hub.db, { workspaceId, id: addressId }) }
  const secret = definition.secret === 'ours' ? randomBytes(32).toString('base64url') : undefined
  const words = { name: `Subscription ${subscription.id}`, secret }
  return hub.db.transaction().execute(async trx => {
    const whose = { workspaceId, connectionId }
    const { id, webhookUrl: url } = await createAddressIn(hub, trx, whose, 'subscription', words)
    await hub.credentials.put(trx, urlPlace(subscription), url)
    // One that has been removed meanwhile leaves no address behind.
    if (!(await changeSubscription(trx, subscription, { address_id: id })))
      throw new HubError('WEBHOOK_SUBSCRIPTION_NOT_FOUND')
    if (addressId !== null) await removeAddress(hub, trx, { workspaceId, id: addressId })
    return { id, url, secret }
  })
}
