import { randomUUID } from 'node:crypto'
import type { ConnectionParts } from '../parts.ts'
import { refreshPlaces, slowRefreshMs } from '../policy.ts'
import { leaseDue, serverOf, type RefreshLease, type Share, type Shares } from './lease-store.ts'

/** A look sees no further than some hundred rows; who is behind them is seen when their owners have their share. */
const looksEach = 3
const rememberedMs = 60_000
/** Each look at what is due compares with all of them; where more fail it is no workspace's own trouble. */
const mostRemembered = 200

const failing = new WeakMap<ConnectionParts, Map<string, number>>()

/** Remembers for a minute that a refresh of a workspace failed: its others may hang as well. */
export function noteFailed(hub: ConnectionParts, workspaceId: string): void {
  let known = failing.get(hub)
  if (!known) failing.set(hub, (known = new Map<string, number>()))
  if (known.size < mostRemembered || known.has(workspaceId)) known.set(workspaceId, Date.now())
}

function failingLately(hub: ConnectionParts): string[] {
  const known = failing.get(hub) ?? new Map<string, number>()
  for (const [workspaceId, at] of known) if (at < Date.now() - rememberedMs) known.delete(workspaceId)
  return [...known.keys()]
}

/**
 * Shares places otherwise than `src/fairness`: there owners come and wait for a place; here nobody waits in memory. What is due
 * lies in Postgres, and a place goes to whatever row the next claim finds. The owners are two at once, workspace and platform,
 * and a refresh that has become slow changes its kind of place while it is under way.
 *
 * Begins what is due while there are places: first of workspaces that have none under way, those whose refreshes work before
 * the others; then of workspaces and platforms that have few, then of such workspaces whatever their platform, then of any;
 * each but for the places that are kept for the ones before. Gives how many were begun.
 */
export async function fillPlaces(
  hub: ConnectionParts,
  busy: RefreshLease[],
  begin: (leases: RefreshLease[]) => void,
): Promise<number> {
  const underway = [...busy]
  const now = Date.now()
  const slow = busy.filter(({ untilMs }) => untilMs - hub.connectionSettings.leaseMs < now - slowRefreshMs)
  const apart = Math.min(slow.length, refreshPlaces.slow)
  /** Takes up to a number of places within the shares, as they are then; the next look goes on where this one ends. */
  const take = async (most: number, sharesNow: () => Shares) => {
    for (let look = 0; look < looksEach; look++) {
      const limit = most - (underway.length - apart)
      if (limit <= 0) return
      const leases = await leaseDue(hub, limit, randomUUID(), sharesNow())
      if (leases.length === 0) return
      begin(leases)
      underway.push(...leases)
    }
  }
  const share = (most: number, keyOf: (lease: RefreshLease) => string, also: string[] = []): Share => {
    const counts = new Map(also.map(key => [key, most]))
    for (const key of underway.map(keyOf)) counts.set(key, (counts.get(key) ?? 0) + 1)
    return { most, underway: counts }
  }
  const ofWorkspace = (lease: RefreshLease) => lease.workspaceId
  const { all, kept, workspace, provider } = refreshPlaces
  await take(all, () => ({ workspaces: share(1, ofWorkspace, failingLately(hub)) }))
  await take(all - kept, () => ({ workspaces: share(1, ofWorkspace) }))
  await take(all - kept, () => ({ workspaces: share(workspace, ofWorkspace), servers: share(provider, serverOf) }))
  // Where a token comes from is known only once it has failed: a quiet workspace does not wait for all of another's to fail.
  await take(all - 1.5 * kept, () => ({ workspaces: share(workspace, ofWorkspace) }))
  await take(all - 2 * kept, () => ({}))
  return underway.length - busy.length
}
