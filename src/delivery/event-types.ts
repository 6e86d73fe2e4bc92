import { eventTypePattern } from './payload.ts'

/** Whether a text is a pattern of event types: `*`, `invoice.paid`, or `invoice.*` for everything below `invoice`. */
export function isTypePattern(pattern: string): boolean {
  if (pattern.length > 128) return false
  return pattern === '*' || eventTypePattern.test(pattern.endsWith('.*') ? pattern.slice(0, -2) : pattern)
}

/** Whether an event type is one of those that the patterns name. */
export function matchesType(patterns: readonly string[], type: string): boolean {
  return patterns.some(pattern => {
    if (pattern === '*' || pattern === type) return true
    return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))
  })
}
