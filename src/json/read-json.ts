import { prototypeName, type Oddity } from './oddities.ts'
import { endOfText, readCarefully } from './read-carefully.ts'

/** Numbers that a double may change: with sixteen digits or more, or an exponent. Places in texts may look so too. */
const longNumber = /(?:^|[:[,\s])-?(?:[\d.]{16}|[\d.]+[eE])/

/** Texts with U+0000 or a surrogate, written as escapes: in what was UTF-8 they come in no other way. */
const oddEscape = /\\u(?:0000|[dD][89a-fA-F])/

/**
 * Reads JSON as `JSON.parse` does, but for numbers that a double would change: these are `ExactNumber`s. For what came
 * from elsewhere, where ids and amounts may have any number of digits.
 * @throws JsonSyntaxError
 */
export function readJson(text: string): unknown {
  if (!longNumber.test(text)) {
    try {
      return JSON.parse(text) as unknown
    } catch {
      // Read again, to say where it is wrong.
    }
  }
  return readCarefully(text)
}

/** Thrown for a value that is nested deeper than the hub goes. */
export class JsonDepthError extends Error {}

const deepest = 4_000

/**
 * Reads JSON of a caller's, and finds what of it would get lost or do harm where it is stored: the first few places.
 * @throws JsonSyntaxError, JsonDepthError
 */
export function examineJson(text: string): { value: unknown; oddities: readonly Oddity[] } {
  const plain = longNumber.test(text) || oddEscape.test(text) ? undefined : parsed(text)
  if (plain) {
    const count = { members: 0, isOdd: false }
    look(plain.value, count, 0)
    // With fewer members than the text has, one was there twice.
    if (!count.isOdd && count.members === membersIn(text)) return { value: plain.value, oddities: none }
  }
  const oddities: Oddity[] = []
  const value = readCarefully(text, oddities)
  look(value, { members: 0, isOdd: false }, 0)
  return { value, oddities }
}

const none: readonly Oddity[] = []

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

function look(value: unknown, count: { members: number; isOdd: boolean }, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > deepest) throw new JsonDepthError()
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') look(item, count, depth + 1)
    return
  }
  for (const name of Object.keys(value)) {
    count.members++
    if (name === prototypeName) count.isOdd = true
    const member = (value as Record<string, unknown>)[name]
    if (typeof member === 'object') look(member, count, depth + 1)
  }
}

/** How many members a text has that is known to be JSON: texts with a colon behind them. */
function membersIn(text: string): number {
  let members = 0
  let at = text.indexOf('"')
  while (at >= 0) {
    at = endOfText(text, at)
    while (text.charCodeAt(at) <= 0x20) at++
    if (text.charCodeAt(at) === 0x3a) members++
    at = text.indexOf('"', at)
  }
  return members
}
