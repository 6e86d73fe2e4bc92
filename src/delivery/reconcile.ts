import type { DeliveryParts } from './parts.ts'
import { eraseLateTraces } from './events/erase.ts'
import { startNetworkRecovery } from './recovery/outage.ts'
import { tellOverdueReplays } from './by-hand/tell-replay.ts'
import { slotsAreMissing, startDispatchSlots } from './dispatch/slots.ts'
import { startRecovery } from './recovery/trouble.ts'

/** A recovery's workflow counts as gone when its probe is this late. */
const overdueMs = 60_000
const startsAtOnce = 50

/**
 * Starts workflows that a crash left unstarted: recoveries of endpoints and of the network, replays, dispatch slots. Empties
 * answers that arrived after their payload was erased. The dispatchers themselves look after held deliveries of endpoints that
 * are open again, disabled or gone. Gives how many workflows it started or joined.
 */
export async function reconcileDelivery(hub: DeliveryParts, limit: number): Promise<number> {
  let started = 0
  const overdue = await hub.db
    .selectFrom('endpoints')
    .select(['id', 'workspace_id', 'epoch', 'url'])
    .where('mode', 'in', ['recovering', 'draining'])
    .where('next_probe_at', '<', new Date(Date.now() - overdueMs))
    .orderBy('next_probe_at')
    .limit(Math.min(limit, startsAtOnce))
    .execute()
  for (const { id, workspace_id: workspaceId, epoch, url } of overdue) {
    if (await startRecovery(hub, { workspaceId, endpointId: id, epoch, host: new URL(url).host })) started++
  }
  const outage = await hub.db
    .selectFrom('delivery_outage')
    .select('since')
    .where('next_probe_at', '<', new Date(Date.now() - overdueMs))
    .executeTakeFirst()
  if (outage && (await startNetworkRecovery(hub))) started++
  started += await tellOverdueReplays(hub, Math.min(limit, startsAtOnce))
  await eraseLateTraces(hub)
  if (await slotsAreMissing(hub)) started += await startDispatchSlots(hub)
  return started
}
