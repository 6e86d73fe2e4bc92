/** Waits that double from the first to the longest. */
export interface Doubling {
  firstMs: number
  longestMs: number
}

/** The wait after what failed for the nth time (1 is the first). */
export function doublingDelayMs(failures: number, { firstMs, longestMs }: Doubling): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(failures - 1, 0), 30))
}

/** The wait after what failed for the nth time (1 is the first), out of a list whose last wait is that of all others too. */
export function listedDelayMs(failures: number, delaysMs: readonly number[]): number {
  return delaysMs[Math.min(Math.max(failures, 1), delaysMs.length) - 1] ?? 60_000
}
