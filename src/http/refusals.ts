import type { z } from 'zod'

/** Part of a request that was refused, as `details` shows it. Values are not repeated: they may be secrets. */
export interface Refusal {
  path: string
  message: string
}

type Issue = z.core.$ZodIssue

/** What zod found wrong in one part of the request: `body`, `query` or `params`. */
export function refusals(part: string, issues: Issue[]): Refusal[] {
  return issues.flatMap(issue => {
    const path = [part, ...issue.path.map(String)].join('.')
    if (issue.code === 'unrecognized_keys') {
      const message = part === 'query' ? 'There is no such parameter' : 'There is no such field'
      return issue.keys.map(key => ({ path: `${path}.${key}`, message }))
    }
    if (issue.code !== 'invalid_union') return [{ path, message: sentenceOf(issue) }]
    const alternatives = issue.errors.filter(errors => errors.length > 0)
    if (alternatives.every(isOfAnotherType)) return [{ path, message: sentenceOfUnion(issue, alternatives) }]
    const closest = alternatives.sort((one, other) => distanceOf(one) - distanceOf(other))[0]!
    return refusals(
      part,
      closest.map(inner => ({ ...inner, path: [...issue.path, ...inner.path] })),
    )
  })
}

/** Measures how far a value is from one alternative of a union: foreign members count most, another type even more. */
function distanceOf(issues: Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + 10 * issue.keys.length
    return sum + (issue.code === 'invalid_type' && issue.path.length === 0 ? 1_000 : 1)
  }, 0)
}

function isOfAnotherType(issues: Issue[]): boolean {
  return issues.every(issue => issue.code === 'invalid_type' && issue.path.length === 0)
}

const types: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'null',
}

function sentenceOf(issue: Issue): string {
  if (issue.code !== 'invalid_type') return issue.message
  // The issue itself does not tell an absent value from a wrong one; zod's sentence does.
  if (/received undefined$/.test(issue.message)) return 'Is missing'
  return `Must be ${types[issue.expected] ?? issue.expected}`
}

function sentenceOfUnion(issue: Issue, alternatives: Issue[][]): string {
  const first = alternatives[0]?.[0]
  if (first && /received undefined$/.test(first.message)) return 'Is missing'
  const expected = alternatives
    .flat()
    .flatMap(one => (one.code === 'invalid_type' ? [types[one.expected] ?? one.expected] : []))
  return expected.length === 0 ? issue.message : `Must be ${[...new Set(expected)].join(', or ')}`
}
