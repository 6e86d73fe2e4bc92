import { endingClient } from '../../connections/ending/ending-client.ts'
import type { ConnectionRef } from '../../connections/contract.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { HubError } from '../../errors.ts'
import { removeThere, subscribingOf } from './at-platform.ts'
import { forgetSubscription } from './forget.ts'
import { mostSubscriptions } from './policy.ts'
import { listSubscriptions } from './store.ts'

/** How long all of a connection's removals may take. */
const deadlineMs = 30_000

/**
 * Removes the subscriptions of a connection that is being disconnected, while its credential is still there. What the platform
 * refuses to remove is left to it: its address is gone.
 * @throws HubError `PROVIDER_ERROR`, `PROVIDER_UNREACHABLE`, `RATE_LIMITED` (try again)
 */
export async function endSubscriptionsOf(hub: ConnectionParts, ref: ConnectionRef): Promise<void> {
  const { workspaceId, connectionId } = ref
  const list = { after: undefined, limit: mostSubscriptions }
  const there = await listSubscriptions(hub.db, workspaceId, connectionId, list)
  if (there.length === 0) return
  const client = await endingClient(hub, ref)
  if (!client) return
  const signal = AbortSignal.timeout(deadlineMs)
  for (const subscription of there) {
    try {
      await removeThere(await subscribingOf(hub, subscription, client), subscription, signal)
    } catch (error) {
      if (signal.aborted) throw new HubError('PROVIDER_UNREACHABLE', { cause: error })
      if (!(error instanceof HubError) || error.retryable) throw error
      hub.log.warn({ err: error, workspaceId, connectionId }, 'the platform did not remove a webhook subscription')
    }
    await forgetSubscription(hub, subscription)
  }
}
