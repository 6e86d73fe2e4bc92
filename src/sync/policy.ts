// Who wins when both sides changed: pure arithmetic.

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
  /** Those of them that wait for a person. */
  held: Record<string, { base?: unknown; hub?: unknown; provider?: unknown }>
}

/**
 * Joins two sides field by field: what one side changed is taken from it; what both changed differently is settled by the
 * policy, or held. `newest` compares the times of the last change of the two things as wholes, since platforms keep no
 * time for a field; where the platform says none, its side is the newer one.
 */
export function mergeFields(
  paths: readonly string[],
  { base, hub, provider }: Sides,
  policy: ConflictPolicy,
  times: ChangeTimes,
  same: (a: unknown, b: unknown) => boolean,
): Merge {
  const merge: Merge = { hub: {}, base: {}, collided: 0, held: {} }
  for (const path of paths) {
    const [was, ours, theirs] = [base[path], hub[path], provider[path]]
    merge.base[path] = theirs
    if (same(theirs, was) || same(ours, theirs)) merge.hub[path] = ours
    else if (same(ours, was)) merge.hub[path] = theirs
    else {
      merge.collided++
      const winner = winnerOf(policy, times)
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

/** When what failed `failures` times is tried again: 5 minutes after the first time, doubling up to a day. */
export function retryDelayMs(failures: number): number {
  return Math.min(300_000 * 2 ** Math.max(0, failures - 1), 86_400_000)
}

function withoutNothing(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null))
}
