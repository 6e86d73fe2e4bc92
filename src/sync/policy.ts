// Who wins when both sides changed, which of two versions is the later, and how much may be deleted: pure arithmetic.

import { doublingDelayMs } from '../retries/policy.ts'

export type ConflictPolicy = 'newest' | 'hub' | 'provider' | 'manual'

/** Field values by canonical path. */
export type Fields = Record<string, unknown>

export interface Sides {
  /** What both sides last agreed on. */
  base: Fields
  hub: Fields
  provider: Fields
}

/** When each side last changed; undefined where a platform does not say. */
export interface ChangeTimes {
  hubAt: Date
  providerAt: Date | undefined
}

export interface Merge {
  /** What the record's fields become. */
  hub: Fields
  /** The next base: the platform's values, but for fields in conflict, where it stays. */
  base: Fields
  /** Fields that both sides changed, each in its own way. */
  collided: number
  /** Whose value each of them gets. */
  winners: Record<string, 'hub' | 'provider' | 'held'>
  /** Those of them that wait for a person. */
  held: Record<string, { base?: unknown; hub?: unknown; provider?: unknown }>
}

/**
 * Joins two sides field by field: what one side changed is taken from it; what both changed differently is settled by the
 * policy, or held. `newest` compares the times of the last change of the two items as wholes, since platforms keep no
 * time for a field; where the platform says none, its side is the newer one.
 */
export function mergeFields(
  paths: readonly string[],
  { base, hub, provider }: Sides,
  policy: ConflictPolicy,
  times: ChangeTimes,
  same: (a: unknown, b: unknown) => boolean,
): Merge {
  const merge: Merge = { hub: {}, base: {}, collided: 0, winners: {}, held: {} }
  for (const path of paths) {
    const [was, ours, theirs] = [base[path], hub[path], provider[path]]
    merge.base[path] = theirs
    if (same(theirs, was) || same(ours, theirs)) merge.hub[path] = ours
    else if (same(ours, was)) merge.hub[path] = theirs
    else {
      merge.collided++
      const winner = winnerOf(policy, times)
      merge.winners[path] = winner
      merge.hub[path] = winner === 'provider' ? theirs : ours
      if (winner !== 'held') continue
      merge.base[path] = was
      merge.held[path] = withoutNothing({ base: was, hub: ours, provider: theirs })
    }
  }
  return merge
}

/** Which side a collision goes to. */
export function winnerOf(policy: ConflictPolicy, { hubAt, providerAt }: ChangeTimes): 'hub' | 'provider' | 'held' {
  switch (policy) {
    case 'hub':
      return 'hub'
    case 'provider':
      return 'provider'
    case 'manual':
      return 'held'
    case 'newest':
      return providerAt === undefined || providerAt.getTime() >= hubAt.getTime() ? 'provider' : 'hub'
  }
}

/** What a platform says of the version of an item that it shows. */
export interface Sighted {
  version: string | null
  at: Date | undefined
}

/** A time so far ahead is no time of a change: whoever remembered it would take nothing that comes later. */
const clockErrorMs = 86_400_000

/**
 * Whether the platform calls one version of an item older than another: by a version that rises, else by the times of
 * their changes. What it does not say is not older.
 */
export function isOlder(one: Sighted, other: Sighted, versionRises: boolean, now: Date): boolean {
  const [a, b] = [one.version, other.version]
  if (versionRises && a !== b && isCount(a) && isCount(b)) return BigInt(a) < BigInt(b)
  if (!one.at || !other.at || other.at.getTime() > now.getTime() + clockErrorMs) return false
  return one.at < other.at
}

function isCount(version: string | null): version is string {
  return version !== null && /^\d{1,40}$/.test(version)
}

/** What a run has found of the items that a sync knew. */
export interface Found {
  /** Items that were known before the run, and how many of them it saw again. */
  known: number
  seenAgain: number
  /** The list was read as a whole, and held so many items. */
  listed: number | null
}

/** So many items a run may delete by itself, however few were known. */
export const freeDeletions = 50
const freeShare = 0.2
const tooManyToMissAll = 10

/** Whether a list looks like that of another account, or of nobody: empty, or with none of the items that were known. */
export function isForeignList({ known, seenAgain, listed }: Found): boolean {
  if (listed === null || known === 0 || seenAgain > 0) return false
  return listed === 0 || known >= tooManyToMissAll
}

/** How many deletions a run may make by itself: 50, or a fifth of what was known; none where the list looks foreign. */
export function deletionsAllowed(found: Found): number {
  if (isForeignList(found)) return 0
  return Math.max(freeDeletions, Math.floor(found.known * freeShare))
}

/** What failed so often is tried no more by itself: it waits for a person. */
export const mostTries = 8

/** When what failed `failures` times is tried again: 5 minutes after the first time, doubling up to a day. */
export function retryDelayMs(failures: number): number {
  return doublingDelayMs(failures, { firstMs: 300_000, longestMs: 86_400_000 })
}

function withoutNothing(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null))
}

/** How long a run waits after its first failure, and how often in a row it may fail. */
export const runTries = { initialIntervalMs: 2_000, maximumAttempts: 8 }
const longestDelayMs = 60_000
/** A platform that says when to come again is believed up to this. */
const longestStatedMs = 3_600_000

/** How long a run waits after a failure that may pass: twice as long each time, or as long as the platform says. */
export function runRetryDelayMs(
  { failures, initialIntervalMs }: { failures: number; initialIntervalMs: number },
  statedMs: number | undefined,
): number {
  if (statedMs !== undefined) return Math.min(statedMs, longestStatedMs)
  return doublingDelayMs(failures + 1, { firstMs: initialIntervalMs, longestMs: longestDelayMs })
}

/** How many slices of runs a process works on at once: most of the time each waits for its platform, and holds some pages. */
export const runPlaces = { places: 40, kept: 8, each: 24 }
/** A slice hands back after this long, so that a shutdown, a new version or a failure costs little; sooner while others wait. */
export const runTurns = { aloneMs: 5 * 60_000, sharedMs: 30_000, richMs: 2_000 }
/** Pages of one workspace that a process maps and compares at once; its others wait, and do not delay what others do in between. */
export const pagesAtOnce = 2
/** Pages of one workspace that are committed at once: while some wait for the disk, or for the process, others keep Postgres busy. */
export const commitsAtOnce = 4

/**
 * How many change numbers one look for records to push covers, and how many candidates it gives at most, which hold so many bytes in
 * Postgres. How many go into one call is the platform's (`batch.size` of its model), and a slice that is over hands back in between.
 */
export const pushWindow = { changes: 20_000, candidates: 2_000, bytes: 8 * 1024 * 1024 }
export const pushLimits = {
  callsAtOnce: 4,
  retriesPerRun: 200,
  /** How often a record whose item keeps changing under the write is tried in one run. */
  staleRounds: 3,
  /** From this attempt of the activity on, what fails alone is left for the next run. */
  lenientFrom: 3,
  failuresInRow: 3,
  /** So many are looked at, where each costs a call, before they are written: what was seen is to be as it was. */
  lookedAlone: 40,
}
