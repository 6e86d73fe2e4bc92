import { sql } from 'kysely'
import type { ConnectionParts } from '../../connections/parts.ts'
import { ownTurn } from '../../json/turns.ts'
import type { RunRef } from '../contract.ts'
import { commitsAtOnce, pagesAtOnce, runPlaces, runTurns } from '../policy.ts'
import { FairPlaces, type Place } from '../../fairness/waited-places.ts'
import { stopped } from './run-hold.ts'

/** So many wait for a place in the process; together with those at work they leave room for who is quiet to come in. */
const mostInLine = 110
/** Slices that a process takes from Temporal: those at work, those in line, and room for more to come in and be sent away. */
export const sliceRoom = 200
const toldAfterMs = 1_000
const aliveEveryMs = 30_000
const awayMs = 2_000
const apartMs = 50

/** The line is too long: the run's workflow is to come again after this time. */
export class SentAway extends Error {
  readonly waitMs: number

  constructor(waitMs: number) {
    super('the places of the workers are taken')
    this.waitMs = waitMs
  }
}

class RunPlaces {
  readonly work = new FairPlaces(runPlaces, runTurns)
  readonly looks = new FairPlaces({ places: 4 * pagesAtOnce, kept: pagesAtOnce, each: pagesAtOnce })
  readonly commits: FairPlaces
  readonly #comeAgainAt = new Map<string, number>()

  constructor(poolSize: number) {
    // Commits to one collection wait for each other, each with a connection; the others wait here, for as long as it takes, and
    // are not refused one for having waited.
    const places = Math.max(1, poolSize - 2)
    this.commits = new FairPlaces({ places, kept: places > 2 ? 1 : 0, each: Math.min(commitsAtOnce, places) })
  }

  /** When one more of a workspace is to come again: one after the other, so that those who wait cost little. */
  away(workspaceId: string): SentAway {
    const now = Date.now()
    for (const [other, at] of this.#comeAgainAt) if (at < now) this.#comeAgainAt.delete(other)
    const step = apartMs * Math.max(1, this.#comeAgainAt.size)
    const at = Math.max(now + awayMs, this.#comeAgainAt.get(workspaceId) ?? 0) + step
    this.#comeAgainAt.set(workspaceId, at)
    return new SentAway(at - now)
  }
}

const placesByHub = new WeakMap<ConnectionParts, RunPlaces>()

function placesOf(hub: ConnectionParts): RunPlaces {
  let places = placesByHub.get(hub)
  if (!places) placesByHub.set(hub, (places = new RunPlaces(hub.config.database.poolSize)))
  return places
}

/**
 * Waits for a place to work on a run in; a workspace has only a share of them, and who has none comes first. Meanwhile the run
 * says what it waits for.
 * @throws SentAway when too many wait; HubError `SYNC_STOPPED` when the run is under way no more; the signal's reason
 */
export async function takePlace(hub: ConnectionParts, ref: RunRef, signal: AbortSignal): Promise<Place> {
  const places = placesOf(hub)
  const left = new AbortController()
  const taken = places.work.take(ref.workspaceId, AbortSignal.any([signal, left.signal]))
  if (places.work.waiting > mostInLine) places.work.sendAway(workspaceId => places.away(workspaceId))
  const tell = () => {
    noteInLine(hub, ref, null).then(
      isUnderWay => (isUnderWay ? undefined : left.abort(stopped())),
      (error: unknown) => hub.log.warn({ err: error, runId: ref.runId }, 'that a run waits could not be noted'),
    )
  }
  let alive: NodeJS.Timeout | undefined
  const told = setTimeout(() => {
    tell()
    alive = setInterval(tell, aliveEveryMs)
  }, toldAfterMs)
  try {
    return await taken
  } catch (error) {
    if (error instanceof SentAway) await noteInLine(hub, ref, new Date(Date.now() + error.waitMs))
    throw error
  } finally {
    clearTimeout(told)
    clearInterval(alive)
  }
}

/** Maps and compares a page when it is its workspace's turn. It may wait for the page before to be committed; no commit waits for it. */
export async function inLookPlace<T>(hub: ConnectionParts, workspaceId: string, look: () => Promise<T>): Promise<T> {
  return inPlaceOf(placesOf(hub).looks, workspaceId, () => ownTurn().then(look))
}

/** Commits something of a sync as soon as its workspace's share of the pool has a connection for it. */
export async function inCommitPlace<T>(
  hub: ConnectionParts,
  workspaceId: string,
  commit: () => Promise<T>,
): Promise<T> {
  return inPlaceOf(placesOf(hub).commits, workspaceId, commit)
}

async function inPlaceOf<T>(places: FairPlaces, workspaceId: string, work: () => Promise<T>): Promise<T> {
  const place = await places.take(workspaceId)
  try {
    return await work()
  } finally {
    place.release()
  }
}

/** Gives whether the run is under way. */
async function noteInLine(hub: ConnectionParts, { workspaceId, runId }: RunRef, until: Date | null): Promise<boolean> {
  const { numUpdatedRows } = await hub.db
    .updateTable('sync_runs')
    .set({ waiting_for: 'place', waiting_until: until, alive_at: sql<Date>`now()` })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', runId)
    .where('status', '=', 'running')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
