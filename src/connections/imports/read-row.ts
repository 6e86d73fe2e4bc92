import type { z } from 'zod'
import { oddityMessages } from '../../json/oddities.ts'
import { JsonDepthError, JsonSyntaxError } from '../../json/read-carefully.ts'
import { examineJson } from '../../json/read-json.ts'
import { importRowSchema, type ImportRow } from './row-shape.ts'

const longestDetail = 500

/**
 * Reads the text of a row. What is wrong with it is told by its place and in fixed words: neither a value nor a name that the
 * row alone has is repeated, as either may be a secret.
 */
export function readRow(text: string): { row: ImportRow } | { fault: string } {
  const examined = examine(text)
  if ('fault' in examined) return examined
  const result = importRowSchema.safeParse(examined.value)
  if (result.success) return { row: result.data }
  const faults = result.error.issues.map(issue => [placeOf(issue.path), wordsOf(issue)].filter(Boolean).join(': '))
  return { fault: [...new Set(faults)].join('; ').slice(0, longestDetail) }
}

/** A row's JSON and what of it would be lost where it is stored. */
function examine(text: string): { value: unknown } | { fault: string } {
  try {
    const { value, oddities } = examineJson(text)
    const [odd] = oddities
    return odd ? { fault: [placeOf(odd.path), oddityMessages[odd.kind]].filter(Boolean).join(': ') } : { value }
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof JsonDepthError) return { fault: 'Is not JSON' }
    throw error
  }
}

const known = new Set([...Object.keys(importRowSchema.shape), 'accessToken', 'refreshToken', 'expiresAt'])

/** Where it is: names of ours as they are, others as `*`. */
function placeOf(path: readonly PropertyKey[]): string {
  return path.map(step => (typeof step === 'number' || known.has(String(step)) ? String(step) : '*')).join('.')
}

/** zod's sentences name what it wants, and not what it got. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'Has a member that there is not'
  if (issue.code !== 'invalid_type') return issue.message
  return /received undefined$/.test(issue.message) ? 'Is missing' : `Must be of the type ${issue.expected}`
}
