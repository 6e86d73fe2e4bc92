import type { ClaimedDelivery } from '../claiming/claim.ts'
import type { TargetCache } from './target-cache.ts'

/** One after the other, a hundred new ones would hold up whoever was claimed with them. */
const workspacesAtOnce = 4

/** Has the endpoints of claimed deliveries read, where they are not known at the version that the claim saw. */
export async function loadTargetsOf(targets: TargetCache, deliveries: readonly ClaimedDelivery[]): Promise<void> {
  const wanted = new Map<string, Set<string>>()
  for (const { workspaceId, endpointId, version } of deliveries) {
    if ((targets.get(endpointId)?.version ?? -1) >= version!) continue
    const ids = wanted.get(workspaceId)
    if (ids) ids.add(endpointId)
    else wanted.set(workspaceId, new Set([endpointId]))
  }
  const workspaces = [...wanted]
  const loading = async () => {
    for (let next = workspaces.shift(); next; next = workspaces.shift()) await targets.load(next[0], [...next[1]])
  }
  await Promise.all(Array.from({ length: Math.min(workspacesAtOnce, workspaces.length) }, loading))
}
