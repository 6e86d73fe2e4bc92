import type { ClaimedDelivery } from './claim.ts'
import type { TargetCache } from './targets.ts'

/** Has the endpoints of claimed deliveries read, where they are not known at the version that the claim saw. */
export async function loadTargetsOf(targets: TargetCache, deliveries: readonly ClaimedDelivery[]): Promise<void> {
  const wanted = new Map<string, Set<string>>()
  for (const { workspaceId, endpointId, version } of deliveries) {
    if ((targets.get(endpointId)?.version ?? -1) >= version!) continue
    const ids = wanted.get(workspaceId)
    if (ids) ids.add(endpointId)
    else wanted.set(workspaceId, new Set([endpointId]))
  }
  for (const [workspaceId, ids] of wanted) await targets.load(workspaceId, [...ids])
}
