import { prototypeName, type Oddity } from './oddities.ts'
import { deepest, JsonDepthError, readCarefully } from './read-carefully.ts'
import { scan } from './scan.ts'

/**
 * Reads JSON as `JSON.parse` does, but for numbers that a double would change: these are `ExactNumber`s. For what came
 * from elsewhere, where ids and amounts may have any number of digits.
 * @throws JsonSyntaxError, and JsonDepthError for what has such numbers 4,000 levels deep
 */
export function readJson(text: string): unknown {
  const plain = parsed(text)
  return plain && !scan(text).hasLongNumbers ? plain.value : readCarefully(text)
}

const none: readonly Oddity[] = []

/**
 * Reads JSON of a caller's, and finds what of it would get lost or do harm where it is stored: the first few places.
 * @throws JsonSyntaxError, JsonDepthError
 */
export function examineJson(text: string): { value: unknown; oddities: readonly Oddity[] } {
  const plain = parsed(text)
  if (plain) {
    const { members, depth, hasLongNumbers } = scan(text)
    if (depth > deepest) throw new JsonDepthError()
    // With fewer members than the text has, one was there twice.
    if (!hasLongNumbers && !mayHideSomething(text) && membersIn(plain.value) === members) {
      return { value: plain.value, oddities: none }
    }
  }
  const oddities: Oddity[] = []
  return { value: readCarefully(text, oddities), oddities }
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    // Read again, to say where it is wrong.
    return undefined
  }
}

/** Names and characters that a look at each place would find: some come as escapes only, in what was UTF-8. */
function mayHideSomething(text: string): boolean {
  return text.includes(prototypeName) || (text.includes('\\u') && /\\u(?:00[0-7]|[dD][89a-fA-F])/.test(text))
}

function membersIn(value: unknown): number {
  let members = 0
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (isNested(item)) members += membersIn(item)
  } else if (isNested(value)) {
    for (const name in value) {
      members++
      const member = value[name]
      if (isNested(member)) members += membersIn(member)
    }
  }
  return members
}

function isNested(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
