import type { Step } from './oddities.ts'
import { endOfText, endOfValue } from './scan.ts'

/** A step into every element of an array. */
export const each = Symbol('each')

/** Where values stand in a JSON text: names of members, places in arrays, or every place. */
export type SlicePath = readonly (Step | typeof each)[]

/**
 * The texts of the values that a path leads to, as they were written, in their order. The text is known to be JSON; of two
 * members with one name the last one counts, as it does for `JSON.parse`.
 */
export function slicesAt(json: string, path: SlicePath): string[] {
  const found: string[] = []
  follow(json, skipSpace(json, 0), path, 0, found)
  return found
}

/** Gives the place behind the value that begins here, of which it takes what the rest of the path leads to. */
function follow(json: string, at: number, path: SlicePath, depth: number, found: string[]): number {
  const step = path[depth]
  const first = json.charCodeAt(at)
  if (first === openBrace && typeof step === 'string') return followMember(json, at, step, path, depth, found)
  const place = first === openBracket ? placeOf(step) : undefined
  if (place !== undefined) return followElements(json, at, place, path, depth, found)
  const end = endOfValue(json, at)
  if (step === undefined) found.push(json.slice(at, end))
  return end
}

/** What a step means in an array, where a name of digits alone is a place. */
function placeOf(step: SlicePath[number] | undefined): number | typeof each | undefined {
  if (typeof step !== 'string') return step
  return /^(0|[1-9]\d{0,8})$/.test(step) ? Number(step) : undefined
}

function followMember(json: string, from: number, name: string, path: SlicePath, depth: number, found: string[]) {
  const before = found.length
  let at = skipSpace(json, from + 1)
  while (json.charCodeAt(at) !== closeBrace) {
    const end = endOfText(json, at)
    // Behind the colon.
    const value = skipSpace(json, skipSpace(json, end) + 1)
    if (isNamed(json, at, end, name)) {
      found.length = before
      at = follow(json, value, path, depth + 1, found)
    } else at = endOfValue(json, value)
    at = skipComma(json, at)
  }
  return at + 1
}

function followElements(
  json: string,
  from: number,
  step: number | typeof each,
  path: SlicePath,
  depth: number,
  found: string[],
) {
  let at = skipSpace(json, from + 1)
  for (let index = 0; json.charCodeAt(at) !== closeBracket; index++) {
    const isMeant = step === each || step === index
    at = skipComma(json, isMeant ? follow(json, at, path, depth + 1, found) : endOfValue(json, at))
  }
  return at + 1
}

function isNamed(json: string, from: number, end: number, name: string): boolean {
  if (end - from === name.length + 2) return json.startsWith(name, from + 1)
  // Longer, it may be the same name with escapes.
  if (end - from < name.length + 2) return false
  const literal = json.slice(from, end)
  return literal.includes('\\') && JSON.parse(literal) === name
}

function skipComma(json: string, from: number): number {
  const at = skipSpace(json, from)
  return json.charCodeAt(at) === comma ? skipSpace(json, at + 1) : at
}

function skipSpace(json: string, from: number): number {
  let at = from
  while (json.charCodeAt(at) <= 0x20) at++
  return at
}

const comma = 0x2c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
