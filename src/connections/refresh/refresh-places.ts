import { randomUUID } from 'node:crypto'
import type { ConnectionParts } from '../parts.ts'
import { refreshPlaces, slowRefreshMs } from '../policy.ts'
import { leaseDue, serverOf, type Kind, type Room } from './lease-due.ts'
import type { RefreshLease } from './lease-store.ts'

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

/** When to look again past workspaces that have refreshes under way, after nobody was behind them: such a look passes over all of their rows. */
const pastAgain = new WeakMap<ConnectionParts, number>()
const pastEveryMs = 250

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
  const { all, kept, workspace, provider } = refreshPlaces
  const failing = failingLately(hub)
  /** Takes places for one kind after the other, as far as they are `wanted`; gives whether there is nobody else. */
  const look = async (wanted: readonly Kind[], passOver: readonly string[]): Promise<boolean> => {
    const taken = underway.length - apart
    const left = (kind: Kind, keeps: number) =>
      wanted.includes(kind) ? Math.max(0, Math.floor(all - keeps) - taken) : 0
    const room: Room = {
      none: left('none', 0),
      failing: left('failing', kept),
      shared: left('shared', kept),
      workspaces: left('workspaces', 1.5 * kept),
      any: left('any', 2 * kept),
    }
    if (Math.max(...Object.values<number>(room)) === 0) return false
    const workspaces = { most: workspace, underway: countBy(underway, ofWorkspace) }
    const servers = { most: provider, underway: countBy(underway, serverOf) }
    const { leases, whole } = await leaseDue(hub, room, randomUUID(), { workspaces, servers, failing }, passOver)
    if (leases.length > 0) begin(leases)
    underway.push(...leases)
    return whole
  }
  const having = (count: number) =>
    [...countBy(underway, ofWorkspace)].filter(([, has]) => has >= count).map(([id]) => id)

  const seenAll = await look(['none', 'failing', 'shared', 'workspaces'], having(workspace))
  if (!seenAll && (pastAgain.get(hub) ?? 0) <= Date.now()) {
    const before = underway.length
    await look(['none'], [...having(1), ...failing])
    if (failing.length > 0) await look(['failing'], having(1))
    if (underway.length === before) pastAgain.set(hub, Date.now() + pastEveryMs)
  }
  if (seenAll) await look(['any'], [])
  return underway.length - busy.length
}

const ofWorkspace = (lease: RefreshLease) => lease.workspaceId

function countBy(leases: readonly RefreshLease[], keyOf: (lease: RefreshLease) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of leases.map(keyOf)) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}
