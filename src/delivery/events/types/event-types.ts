/** Dotted lower or upper case words, such as `invoice.paid`. */
export const eventTypePattern = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/

export function isEventType(type: string): boolean {
  return type.length <= 128 && eventTypePattern.test(type)
}

/** What the hub publishes itself, and what it tells of deliveries. */
const ownPrefixes = ['connection.', 'endpoint.', 'integration.', 'record.', 'records.', 'sync.', 'webhook.']

/** Whether the hub itself publishes events of a type. A workspace then has no say in their content. */
export function isOwnType(type: string): boolean {
  return ownPrefixes.some(prefix => type.startsWith(prefix))
}

/** Whether only the hub may publish a type. Reports on deliveries must cause no further reports. */
export function isHubsAlone(type: string): boolean {
  return type.startsWith('webhook.')
}

/** The reports on how deliveries ended. An endpoint gets them only if it names them: there is one for every delivery. */
export const reportTypes = { delivered: 'webhook.delivered', failed: 'webhook.failed' } as const

const reports: ReadonlySet<string> = new Set(Object.values(reportTypes))

/** Whether an event of this type reports how a delivery ended. Deliveries of such events are never reported. */
export function isReport(type: string): boolean {
  return reports.has(type)
}

/** Whether a text is a pattern of event types: `*`, `invoice.paid`, or `invoice.*` for everything below `invoice`. */
export function isTypePattern(pattern: string): boolean {
  if (pattern.length > 128) return false
  return pattern === '*' || eventTypePattern.test(pattern.endsWith('.*') ? pattern.slice(0, -2) : pattern)
}

/** Whether an event type is one of those that the patterns name. `*` stands for all but the reports on deliveries. */
export function matchesType(patterns: readonly string[], type: string): boolean {
  return patterns.some(pattern => {
    if (pattern === '*') return !isReport(type)
    return pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)))
  })
}
