/** Each bucket ends a tenth above where it begins, so that a quantile read from them is right to 5 %. */
const growth = 1.1

/** As many as reach beyond two minutes. */
export const mostBuckets = 126

/** The bucket of a duration; 0 is for less than a millisecond. */
export function bucketOf(ms: number): number {
  if (ms < 1) return 0
  return Math.min(1 + Math.floor(Math.log(ms) / Math.log(growth)), mostBuckets - 1)
}

/** The duration below which a share of all lies, in whole milliseconds; null when there is none. */
export function quantile(counts: readonly (readonly [bucket: number, count: number])[], share: number): number | null {
  const sorted = counts.toSorted(([one], [other]) => one - other)
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  let rest = Math.max(1, Math.ceil(share * total))
  for (const [bucket, count] of sorted) {
    rest -= count
    if (rest <= 0) return bucket === 0 ? 0 : Math.round(growth ** (bucket - 0.5))
  }
  return null
}
