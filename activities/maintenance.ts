import { reconcileConnections } from '../src/connections/reconcile.ts'
import { reconcileDelivery } from '../src/delivery/reconcile.ts'
import type { Hub } from '../src/hub.ts'
import { reconcileInbound } from '../src/inbound/reconcile.ts'
import type { ReconciledFeature } from '../src/maintenance/contract.ts'
import { reconcileSync } from '../src/sync/reconcile.ts'

const passes: Record<ReconciledFeature, (hub: Hub, limit: number) => Promise<number>> = {
  connections: reconcileConnections,
  sync: reconcileSync,
  delivery: reconcileDelivery,
  inbound: reconcileInbound,
}

export function createMaintenanceActivities(hub: Hub) {
  return {
    /** One pass over a feature's rows; gives how many workflows were started and holds released. */
    async reconcileFeature(feature: ReconciledFeature, limit: number): Promise<number> {
      return passes[feature](hub, limit)
    },
  }
}
