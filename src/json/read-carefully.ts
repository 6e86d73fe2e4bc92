import { ExactNumber, numberOf } from './exact-number.ts'
import { endOfText } from './scan.ts'
import { prototypeName, textOddity, type Oddity, type Step } from './oddities.ts'

/** A text that is not JSON (RFC 8259), and where it ceases to be. */
export class JsonSyntaxError extends Error {
  /** How many UTF-16 units come before what is wrong. */
  readonly position: number

  constructor(position: number, length = Infinity) {
    super(position >= length ? 'it ends too early' : `character ${position + 1} does not belong there`)
    this.position = position
  }
}

/** Thrown for what is nested deeper than the hub goes. */
export class JsonDepthError extends Error {}

/** How many arrays and objects may stand in one another. */
export const deepest = 4_000

interface Frame {
  container: unknown[] | Record<string, unknown>
  step: Step
}

const numbers = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const words: [string, unknown][] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

const shown = 20

/**
 * Reads JSON with every number's digits, and tells of the first few oddities. It takes several times as long as
 * `JSON.parse`, of which it differs in nothing else: the last of two members with one name stands.
 * @throws JsonSyntaxError, JsonDepthError
 */
export function readCarefully(text: string, oddities: Oddity[] = []): unknown {
  let at = 0
  const frames: Frame[] = []

  const wrongAt = (position: number) => new JsonSyntaxError(position, text.length)
  const note = (kind: Oddity['kind']) => {
    if (oddities.length < shown) oddities.push({ kind, path: frames.map(frame => frame.step) })
  }
  const skipSpace = (): number => {
    for (;;) {
      const code = text.charCodeAt(at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
      at++
    }
  }
  const readText = (): string => {
    const from = at
    if (text.charCodeAt(at) !== quote) throw wrongAt(at)
    at = endOfText(text, at)
    if (at === 0) throw wrongAt(text.length)
    try {
      return JSON.parse(text.slice(from, at)) as string
    } catch {
      throw wrongAt(from)
    }
  }
  const readScalar = (code: number): unknown => {
    if (code === quote) {
      const value = readText()
      const odd = textOddity(value)
      if (odd) note(odd)
      return value
    }
    numbers.lastIndex = at
    const source = numbers.exec(text)?.[0]
    if (source !== undefined) {
      at += source.length
      const value = numberOf(source)
      if (value instanceof ExactNumber) note('inexact')
      return value
    }
    const word = words.find(([name]) => text.startsWith(name, at))
    if (!word) throw wrongAt(at)
    at += word[0].length
    return word[1]
  }
  const readName = (frame: Frame) => {
    skipSpace()
    frame.step = readText()
    if (skipSpace() !== colon) throw wrongAt(at)
    at++
    const odd = textOddity(frame.step)
    if (odd) note(odd)
    if (frame.step === prototypeName) note('prototype')
    if (Object.hasOwn(frame.container, frame.step)) note('duplicate')
  }

  for (;;) {
    const code = skipSpace()
    let value: unknown
    if (code === openBrace || code === openBracket) {
      at++
      const container = code === openBrace ? {} : []
      if (skipSpace() !== code + 2) {
        if (frames.length > deepest) throw new JsonDepthError()
        const frame: Frame = { container, step: 0 }
        frames.push(frame)
        if (code === openBrace) readName(frame)
        continue
      }
      at++
      value = container
    } else {
      value = readScalar(code)
    }
    // The value is there: it goes into what it stands in, and those that end behind it go into theirs.
    for (;;) {
      const frame = frames.at(-1)
      const code = skipSpace()
      if (!frame) {
        if (at < text.length) throw wrongAt(at)
        return value
      }
      put(frame, value)
      const isArray = Array.isArray(frame.container)
      if (code === comma) {
        at++
        if (isArray) frame.step = (frame.step as number) + 1
        else readName(frame)
        break
      }
      if (code !== (isArray ? closeBracket : closeBrace)) throw wrongAt(at)
      at++
      frames.pop()
      value = frame.container
    }
  }
}

function put({ container, step }: Frame, value: unknown): void {
  if (step === prototypeName) {
    Object.defineProperty(container, step, { value, writable: true, enumerable: true, configurable: true })
  } else (container as Record<Step, unknown>)[step] = value
}

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
