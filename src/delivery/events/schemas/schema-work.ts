// A schema of a few lines can ask for any amount of work (https://ajv.js.org/security.html#untrusted-schemas), so work is
// counted: every subschema that is entered, every member, element and character that it looks at. What a schema may spend
// grows with the data, so that a sensible one never comes near.
let left = 0

/** Thrown in the middle of a check that has spent what it may. */
export class TooMuchWork extends Error {}

/** What the check that begins now may spend. */
export function allowWork(units: number): void {
  left = units
}

/** @throws TooMuchWork */
export function spend(units: number): void {
  left -= units
  if (left < 0) throw new TooMuchWork()
}
