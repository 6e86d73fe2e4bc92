import type { Hub } from '../src/hub.ts'
import { withBoundary } from './boundary.ts'
import { createInboundActivities } from './inbound.ts'
import { createDispatchActivities, createRecoveryActivities, createReplayActivities } from './delivery.ts'
import { createConnectionActivities } from './connections.ts'
import { createImportActivities } from './imports.ts'
import { createMaintenanceActivities } from './maintenance.ts'
import { createPollingActivities } from './polling.ts'
import { createRetentionActivities } from './retention.ts'
import { createRotationActivities } from './rotation.ts'
import { createSyncActivities } from './sync.ts'

/** The activities of each task queue, behind the boundary that keeps secrets out of histories. */
export function createActivities(hub: Hub) {
  const bounded = <Activities extends object>(activities: Activities) => withBoundary(activities, hub.log)
  return {
    workflows: bounded({ ...createRecoveryActivities(hub), ...createReplayActivities(hub) }),
    connections: bounded({
      ...createInboundActivities(hub),
      ...createMaintenanceActivities(hub),
      ...createPollingActivities(hub),
      ...createRetentionActivities(hub),
      ...createRotationActivities(hub),
      ...createConnectionActivities(hub),
      ...createImportActivities(hub),
    }),
    // A run that was begun by an earlier version asks for its end at `sync`.
    sync: bounded({ ...createSyncActivities(hub) }),
    runs: bounded({ ...createSyncActivities(hub) }),
    delivery: bounded({ ...createDispatchActivities(hub) }),
  }
}
