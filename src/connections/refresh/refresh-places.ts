import { randomUUID } from 'node:crypto'
import type { ConnectionParts } from '../parts.ts'
import { refreshPlaces, slowRefreshMs } from '../policy.ts'
import { leaseDue, serverOf, type BusyOwners, type RefreshLease } from './lease-store.ts'

/** Leases are taken few at a time, so that one workspace does not get all of them before it is counted. */
const takenAtOnce = 4
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
  begin: (lease: RefreshLease) => void,
): Promise<number> {
  const underway = [...busy]
  const now = Date.now()
  const slow = busy.filter(({ untilMs }) => untilMs - hub.connectionSettings.leaseMs < now - slowRefreshMs)
  const apart = Math.min(slow.length, refreshPlaces.slow)
  /** Takes up to a number of places, of none of the owners named; again while there is something to take. */
  const take = async (most: number, atOnce: number, passedOver: () => Partial<BusyOwners>) => {
    for (;;) {
      const limit = Math.min(most - (underway.length - apart), atOnce)
      if (limit <= 0) return
      const leases = await leaseDue(hub, limit, randomUUID(), { workspaces: [], servers: [], ...passedOver() })
      if (leases.length === 0) return
      for (const lease of leases) begin(lease)
      underway.push(...leases)
    }
  }
  const served = () => [...new Set(underway.map(lease => lease.workspaceId))]
  const { all, kept } = refreshPlaces
  await take(all, 1, () => ({ workspaces: [...served(), ...failingLately(hub)] }))
  await take(all - kept, 1, () => ({ workspaces: served() }))
  await take(all - kept, takenAtOnce, () => fullOf(underway))
  // Where a token comes from is known only once it has failed: a quiet workspace does not wait for all of another's to fail.
  await take(all - 1.5 * kept, takenAtOnce, () => ({ workspaces: fullOf(underway).workspaces }))
  await take(all - 2 * kept, takenAtOnce, () => ({}))
  return underway.length - busy.length
}

/** The workspaces and token endpoints that have their share of the places. */
function fullOf(underway: RefreshLease[]): BusyOwners {
  const over = (keys: string[], most: number) =>
    [...new Set(keys)].filter(key => keys.filter(one => one === key).length >= most)
  return {
    workspaces: over(
      underway.map(lease => lease.workspaceId),
      refreshPlaces.workspace,
    ),
    servers: over(underway.map(serverOf), refreshPlaces.provider),
  }
}
