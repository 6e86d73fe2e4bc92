import { sql } from 'kysely'
import type { ConnectionParts } from '../connections/parts.ts'
import type { Connection } from '../connections/store.ts'
import type { Executor } from '../db/database.ts'
import { lowestIdAt } from '../ids.ts'
import { deleteAddressesOf } from './addresses/manage.ts'
import { mostUnmatched, unmatchedMs } from './policy.ts'
import { followSubscriptions } from './subscriptions/follow.ts'
import { inboundWakeOf } from './wake.ts'

/**
 * Has what receives webhooks follow a connection's change of state, in the transaction of that change: its addresses end with
 * it, and what came for its account in the last hour, when nobody was there for it, goes to it now.
 */
export async function followInbound(hub: ConnectionParts, trx: Executor, connection: Connection): Promise<void> {
  const { status } = connection
  await followSubscriptions(hub, trx, connection)
  if (status === 'disconnecting' || status === 'disconnected') await deleteAddressesOf(hub, trx, connection)
  if (status === 'connected') await queueUnmatched(hub, trx, connection)
}

/** Queues what came while the connection was being made. Index inbound_events_unmatched. */
async function queueUnmatched(hub: ConnectionParts, trx: Executor, connection: Connection): Promise<void> {
  const { workspaceId, provider, providerAppId, externalAccountId } = connection
  if (externalAccountId === null) return
  const since = lowestIdAt('inboundEvent', new Date(Date.now() - unmatchedMs))
  // What came to the environment's app is nobody's until then.
  const { numAffectedRows } = await sql`
    with lately as (
      select id from inbound_events
      where status = 'unmatched' and provider = ${provider} and account_id = ${externalAccountId} and id >= ${since}
        and provider_app_id is not distinct from ${providerAppId}
        and (workspace_id = ${workspaceId} or (workspace_id is null and provider_app_id is null))
      order by id limit ${mostUnmatched} for update skip locked
    ), again as (
      update inbound_events e set status = 'received', handled_at = null from lately l
      where e.id = l.id and e.id >= ${since} and e.status = 'unmatched'
      returning e.id, e.provider, e.provider_app_id, e.body
    )
    insert into inbound_queue (event_id, provider, provider_app_id, bytes)
    select id, provider, provider_app_id, length(body) from again`.execute(trx)
  if ((numAffectedRows ?? 0n) > 0n) inboundWakeOf(hub).soon()
}
