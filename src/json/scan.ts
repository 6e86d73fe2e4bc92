/** What a text shows that is known to be JSON. */
export interface Scanned {
  /** Counts the members of all objects, and each repeated name as often as it occurs. */
  members: number
  /** How many arrays and objects stand in one another. */
  depth: number
  /** Whether it has numbers that a double may change: with sixteen digits or more, or an exponent. */
  hasLongNumbers: boolean
}

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a

/** Goes once over a text that is known to be JSON: in a fraction of the time that reading it takes. */
export function scan(json: string): Scanned {
  let members = 0
  let depth = 0
  let deepest = 0
  let hasLongNumbers = false
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === quote) at = endOfText(json, at) - 1
    else if (code === colon) members++
    else if (isOpening(code)) {
      if (++depth > deepest) deepest = depth
    } else if (isClosing(code)) depth--
    else if (isDigit(code)) {
      const end = endOfNumber(json, at)
      if (end - at > 15 || hasExponent(json, end)) hasLongNumbers = true
      at = end - 1
    }
  }
  return { members, depth: deepest, hasLongNumbers }
}

/** The place behind the text that begins at a quote; 0 when it does not end. */
export function endOfText(json: string, from: number): number {
  let end = json.indexOf('"', from + 1)
  while (json.charCodeAt(end - 1) === backslash && isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end + 1
}

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(json: string, place: number): boolean {
  let before = place
  while (json.charCodeAt(before - 1) === backslash) before--
  return (place - before) % 2 === 1
}

/** The place behind the value that begins here, in a text that is known to be JSON. */
export function endOfValue(json: string, from: number): number {
  const first = json.charCodeAt(from)
  if (first === quote) return endOfText(json, from)
  if (!isOpening(first)) return endOfWord(json, from)
  let depth = 1
  let at = from + 1
  for (; depth > 0; at++) {
    const code = json.charCodeAt(at)
    if (code === quote) at = endOfText(json, at) - 1
    else if (isOpening(code)) depth++
    else if (isClosing(code)) depth--
  }
  return at
}

/** Numbers and words end where something else begins. */
function endOfWord(json: string, from: number): number {
  let at = from
  for (; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code <= 0x20 || code === 0x2c || isClosing(code)) break
  }
  return at
}

/** The place behind the digits, and the point among them, that begin here. */
function endOfNumber(json: string, from: number): number {
  let at = from + 1
  while (isDigit(json.charCodeAt(at)) || json.charCodeAt(at) === 0x2e) at++
  return at
}

function hasExponent(json: string, end: number): boolean {
  return (json.charCodeAt(end) | 0x20) === 0x65
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isOpening(code: number): boolean {
  return code === 0x7b || code === 0x5b
}

function isClosing(code: number): boolean {
  return code === 0x7d || code === 0x5d
}
