/** How much looking at values is left. It is shared by those that are asked one after the other. */
export interface Looks {
  left: number
}

/** An event with so many values in the arrays that a filter walks through does not meet it: the hub has other things to do. */
export const looksPerTest = 100_000

let left = 0

class TooManyLooks extends Error {}

/** Looks at a value, or at one as heavy as several. */
export function look(looks: number): void {
  left -= looks
  if (left < 0) throw new TooManyLooks()
}

/** Runs a test with the looks that are left, of which it takes what it uses. A test that runs out is not met. */
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
