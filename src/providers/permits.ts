import type { Hub } from '../hub.ts'

/** Whose call it is. */
export interface PermitSubject {
  workspaceId: string
  connectionId: string
  /** Null for the environment's app. */
  providerAppId: string | null
  provider: string
}

/** Leave to make one call. Released when the call has ended, however it ended; releasing twice does nothing. */
export interface Permit {
  release(): void
}

/** What the provider answered, as far as limits go. */
export interface LimitAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
}

/**
 * Waits for leave to make one call within the provider's limits, for `maxWaitMs` at most (10 s unless given).
 * @throws HubError `RATE_LIMITED` with `retryAfterMs` when it would take longer
 */
export async function acquirePermit(
  _hub: Hub,
  _subject: PermitSubject,
  _signal?: AbortSignal,
  _maxWaitMs?: number,
): Promise<Permit> {
  return { release() {} }
}

/**
 * Takes note of an answer: after a 429, or when its headers say that the limit is used up, no process calls for this
 * connection until the provider's own time has passed. Gives how long that is from now, undefined when calls may go on.
 */
export function noteAnswer(_hub: Hub, _subject: PermitSubject, _answer: LimitAnswer): number | undefined {
  return undefined
}
