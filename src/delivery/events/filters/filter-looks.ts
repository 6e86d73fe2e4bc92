/** The values that filters may still compare. Filters that run one after the other share it. */
export interface Looks {
  left: number
}

/**
 * An event fails a filter that would walk through more array values than this, so that one event cannot take all of the hub's
 * time.
 */
export const looksPerTest = 100_000

let left = 0

class TooManyLooks extends Error {}

/** Looks at a value, or at one as heavy as several. */
export function look(looks: number): void {
  left -= looks
  if (left < 0) throw new TooManyLooks()
}

/** Runs a test with the remaining looks, and subtracts those it used. A test that runs out of looks fails. */
export function lookingWithin(looks: Looks, test: () => boolean): boolean {
  const given = Math.min(looksPerTest, Math.max(0, looks.left))
  left = given
  try {
    return test()
  } catch (error) {
    // A stack that overflows: data that is nested without end.
    if (error instanceof TooManyLooks || error instanceof RangeError) return false
    throw error
  } finally {
    looks.left -= given - Math.max(0, left)
  }
}

/** How heavy a value is: arrays are compared as a whole, whatever is nested in them. */
export function weightOf(value: unknown): number {
  if (!Array.isArray(value)) return 1
  look(value.length)
  return value.reduce<number>((sum, inner) => sum + weightOf(inner), 1)
}
