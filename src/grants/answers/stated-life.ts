/** No platform's token is known to live longer: what says so is taken for another unit, or for a slip. */
export const longestLifeMs = 10 * 365 * 86_400_000
/** A life that is so many times the declared one is not believed. Milliseconds taken for seconds are a thousand times. */
const farBeyond = 100

/**
 * How long a token lives, in milliseconds, by a member such as `expires_in`: seconds as RFC 6749 (5.1) says, as a number or
 * a text. Where seconds are not plausible it is read as what platforms send in their place: an instant since 1970 or in
 * words, or milliseconds. Gives undefined for what says nothing, such as null, 0, a negative number or a word.
 * @param declaredMs the life that the definition declares, which decides what is plausible
 */
export function statedLifeMs(value: unknown, declaredMs: number | undefined, nowMs: number): number | undefined {
  const number = numberIn(value)
  if (number === undefined || number <= 0) return undefined
  const limitMs = Math.min(longestLifeMs, declaredMs === undefined ? longestLifeMs : declaredMs * farBeyond)
  const plausible = (ms: number) => ms > 0 && ms <= limitMs
  if (plausible(number * 1_000)) return number * 1_000
  for (const instantMs of [number * 1_000, number]) {
    const leftMs = instantMs - nowMs
    // An instant that has passed says nothing either: the clocks differ, or the answer is an old one.
    if (Math.abs(leftMs) <= longestLifeMs) return plausible(leftMs) ? leftMs : undefined
  }
  return plausible(number) ? number : undefined
}

function numberIn(value: unknown): number | undefined {
  const text = typeof value === 'string' ? value.trim() : value
  // An instant in words (RFC 3339), as where the answer says when the token ends.
  if (typeof text === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/.test(text)) return Date.parse(text)
  const number = typeof text === 'string' && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
