import type { DeliveryParts } from '../parts.ts'
import { findOutage } from '../recovery/outage.ts'
import { isWaiting, type Delivery } from './delivery-rows.ts'

export const waitReasons = ['endpoint_paused', 'endpoint_recovering', 'endpoint_draining', 'network_outage'] as const

/** What a delivery waits for that is not its own next attempt. */
export interface WaitsFor {
  reason: (typeof waitReasons)[number]
  /** When it is next tried whether it has passed; null where a person decides, or where it is only its turn. */
  until: Date | null
}

const byMode = { paused: 'endpoint_paused', recovering: 'endpoint_recovering', draining: 'endpoint_draining' } as const

/** Why a delivery is not sent now; undefined when only its schedule, or its turn, says so. */
export async function waitsFor(
  hub: DeliveryParts,
  workspaceId: string,
  delivery: Delivery,
): Promise<WaitsFor | undefined> {
  if (!isWaiting(delivery.status)) return undefined
  const [outage, endpoint] = await Promise.all([
    findOutage(hub.pool),
    hub.db
      .selectFrom('endpoints')
      .select(['mode', 'next_probe_at'])
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', delivery.endpointId)
      .executeTakeFirst(),
  ])
  const { mode, next_probe_at: nextProbeAt } = endpoint ?? { mode: 'open', next_probe_at: null }
  // A recovering endpoint is probed during a pause of all deliveries too.
  if (mode === 'paused') return { reason: byMode[mode], until: null }
  if (mode === 'recovering') return { reason: byMode[mode], until: nextProbeAt }
  if (outage) return { reason: 'network_outage', until: outage.nextProbeAt }
  return mode === 'draining' && delivery.status === 'held' ? { reason: byMode[mode], until: null } : undefined
}
