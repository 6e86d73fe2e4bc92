import type { ErrorClass, NetworkEvidence } from './failure.ts'

/** What one attempt came to. */
export interface Outcome {
  /** Milliseconds since 1970. */
  sentAt: number
  durationMs: number
  /** The version of the endpoint's configuration that it was sent with. */
  endpointVersion: number
  /** The event that the endpoint's URL is to be proved by, if it waits for one. */
  testEventId?: string
  /** Undefined when no answer came. */
  status?: number
  /** Undefined when it succeeded: a 2xx whose body ended, or was cut at its limit, in time. */
  error?: ErrorClass
  /** What it says of the network; undefined when it says nothing of it. */
  network?: NetworkEvidence
  /** The first 16 KiB of the answer's body. */
  answer?: Buffer
  /** Where a redirect led: the receiver's answer, for its owner alone. */
  location?: string
  /** The answer's Retry-After header; a list when it is there more than once. */
  retryAfter?: string | string[]
}

/** The error as it is stored and shown: `timeout`, `status 503` or `redirect 301`. */
export function describeError(outcome: Outcome): string | null {
  if (outcome.error === undefined) return null
  return outcome.error === 'status' || outcome.error === 'redirect'
    ? `${outcome.error} ${outcome.status}`
    : outcome.error
}

/** Whether the answer asks the sender to slow down: 429, 502, 503 and 504 do (Standard Webhooks). */
export function asksForLess({ status }: Outcome): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504
}
