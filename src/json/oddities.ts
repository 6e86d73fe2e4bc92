/** One step into a JSON value: a member's name or an element's index. */
export type Step = string | number

/** What a JSON text may hold that gets lost, or does harm, where it is read into values and stored. */
export interface Oddity {
  kind: 'duplicate' | 'inexact' | 'prototype' | 'nul' | 'half'
  path: Step[]
}

/** Says what is wrong, without repeating what stood there. */
export const oddityMessages: Record<Oddity['kind'], string> = {
  duplicate: 'This member is there twice',
  inexact: 'This number would lose digits or its size: give it as a text',
  prototype: 'A member of this name is not taken',
  nul: 'Must not contain the character U+0000',
  half: 'Must not contain half of a surrogate pair',
}

/** The name of the member that is every object's prototype when it is assigned. */
export const prototypeName = '__proto__'

/** What Postgres can't keep of a text. */
export function textOddity(text: string): 'nul' | 'half' | undefined {
  if (text.includes('\0')) return 'nul'
  return text.isWellFormed() ? undefined : 'half'
}

/** The same for a whole value as JSON.stringify wrote it: it escapes both, and nothing else so. */
export function hasOddText(json: string): boolean {
  // A backslash of a text's own is written twice.
  return json.includes('\\u') && /\\u0000|\\ud[89a-f]/.test(json.replaceAll('\\\\', ''))
}
