import type { ConnectionParts } from '../../connections/parts.ts'
import { claimLeaseMs } from '../policy.ts'
import { renewClaims, type ClaimedEvent } from './queue.ts'

/** Carries out work on claimed webhooks, and renews their claims while it goes on, however slowly. */
export async function holding<T>(
  hub: ConnectionParts,
  events: readonly ClaimedEvent[],
  work: () => Promise<T>,
): Promise<T> {
  let renewing = false
  const timer = setInterval(() => {
    if (renewing) return
    renewing = true
    void renewClaims(hub, events)
      .catch((error: unknown) => hub.log.warn({ err: error }, 'the claims of webhooks could not be renewed'))
      .finally(() => (renewing = false))
  }, claimLeaseMs / 4)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
