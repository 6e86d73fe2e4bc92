import type pg from 'pg'
import type { DeliveryParts } from '../parts.ts'
import { lowestIdAt } from '../../ids.ts'
import { searchAttributes } from '../../temporal/contract.ts'
import { startSoon } from '../../temporal/start.ts'
import { recoverNetworkName, recoverNetworkWorkflowId } from '../contract.ts'

/** All deliveries pause, since nothing gets out. */
export interface Outage {
  since: Date
  nextProbeAt: Date
}

/** The pause, while there is one. */
export async function findOutage(pool: pg.Pool): Promise<Outage | undefined> {
  const { rows } = await pool.query<Outage>({
    name: 'find-outage',
    text: 'select since, next_probe_at as "nextProbeAt" from delivery_outage',
  })
  return rows[0]
}

/**
 * Pauses all deliveries and has the workflow started that says so. The row is the request. Nothing pauses when another process
 * delivered within `outageAfterMs`: the fault is then with this process alone.
 * @param workspaceId the only workspace that nobody answered, if it was one: only a hub without others may pause for it
 * @returns whether deliveries pause now by this call
 */
export async function declareOutage(hub: DeliveryParts, workspaceId: string | undefined): Promise<boolean> {
  const { rowCount } = await hub.pool.query(
    // Indexes: the primary keys of deliveries; endpoints_by_workspace.
    `insert into delivery_outage (next_probe_at)
     select now()
     where not exists (select from deliveries where id >= $1 and status = 'delivered')
       and ($2::text is null or not exists (
         select from endpoints where workspace_id <> $2 and mode in ('open', 'draining')))
     on conflict do nothing`,
    [lowestIdAt('delivery', new Date(Date.now() - hub.deliveryPolicy.outageAfterMs)), workspaceId ?? null],
  )
  if (rowCount !== 1) return false
  hub.log.error('no endpoint can be reached: deliveries pause until the network is back')
  await startNetworkRecovery(hub)
  return true
}

/** Ends the pause, if there is one. Called when an endpoint has answered. */
export async function endOutage(hub: DeliveryParts): Promise<void> {
  const { rowCount } = await hub.pool.query({ name: 'end-outage', text: 'delete from delivery_outage' })
  if (rowCount === 0) return
  hub.log.info('an endpoint answers: deliveries go on')
  hub.wake.soon()
}

export function startNetworkRecovery(hub: DeliveryParts): Promise<boolean> {
  return startSoon(hub.temporal, hub.log, {
    name: recoverNetworkName,
    workflowId: recoverNetworkWorkflowId,
    input: {},
    searchAttributes: [{ key: searchAttributes.attention, value: 'retrying' }],
    summary: 'No endpoint can be reached: all deliveries pause until one answers',
  })
}
