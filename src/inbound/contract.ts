export const handleInboundName = 'handleInbound'

/** One workflow routes what has arrived: batches leave nothing for a second one to do. */
export const handleInboundWorkflowId = 'inbound'

/** Something has arrived since the last look. */
export const inboundArrivedSignal = 'inboundArrived'

export interface HandleInboundInput {
  /** How long an empty queue is watched before the workflow ends: a trickle does not start it anew each time. */
  lingerMs: number
}

/** What one run of the routing activity did. */
export interface RoutedCount {
  routed: number
  unmatched: number
  failed: number
}

/** And when it has to look again: 0 at once, null when nothing waits. */
export interface RoutedUntil extends RoutedCount {
  nextDueMs: number | null
}
