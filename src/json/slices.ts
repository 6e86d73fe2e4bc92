import { endOfText } from './read-carefully.ts'
import type { Step } from './oddities.ts'

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
  const follow = ({ at, end }: Place, depth: number) => {
    if (depth === path.length) return void found.push(json.slice(at, end))
    const step = path[depth]!
    if (json[at] === '{' && typeof step === 'string') {
      const member = memberAt(json, at, step)
      if (member) follow(member, depth + 1)
    } else if (json[at] === '[' && typeof step !== 'string') {
      eachElement(json, at, (index, place) => {
        if (step === each || step === index) follow(place, depth + 1)
      })
    }
  }
  follow(placeAt(json, skipSpace(json, 0)), 0)
  return found
}

interface Place {
  at: number
  end: number
}

function placeAt(json: string, at: number): Place {
  return { at, end: endOfValue(json, at) }
}

/** Where the value of an object's member stands. */
function memberAt(json: string, from: number, name: string): Place | undefined {
  let found: Place | undefined
  let at = skipSpace(json, from + 1)
  while (json[at] !== '}') {
    const end = endOfText(json, at)
    const value = placeAt(json, skipSpace(json, skipSpace(json, end) + 1))
    if (isNamed(json.slice(at, end), name)) found = value
    at = skipSpace(json, value.end)
    if (json[at] === ',') at = skipSpace(json, at + 1)
  }
  return found
}

function isNamed(literal: string, name: string): boolean {
  if (literal.includes('\\')) return JSON.parse(literal) === name
  return literal.length === name.length + 2 && literal.startsWith(name, 1)
}

function eachElement(json: string, from: number, visit: (index: number, place: Place) => void): void {
  let at = skipSpace(json, from + 1)
  for (let index = 0; json[at] !== ']'; index++) {
    const place = placeAt(json, at)
    visit(index, place)
    at = skipSpace(json, place.end)
    if (json[at] === ',') at = skipSpace(json, at + 1)
  }
}

function skipSpace(json: string, from: number): number {
  let at = from
  while (json.charCodeAt(at) <= 0x20) at++
  return at
}

/** The place behind the value that begins here. */
function endOfValue(json: string, from: number): number {
  let depth = 0
  let at = from
  for (; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === 0x22) at = endOfText(json, at) - 1
    else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) return at
      depth--
    } else if (depth > 0) continue
    // Behind a text or a bracket at the top the value is over; numbers and words end where something else begins.
    else if (code === 0x2c || code === 0x3a || code <= 0x20) return at
    else continue
    if (depth === 0) return at + 1
  }
  return at
}
