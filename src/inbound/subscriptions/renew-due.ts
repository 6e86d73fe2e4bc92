import type { ConnectionParts } from '../../connections/parts.ts'
import { onBehalfOf } from '../../db/on-behalf-of.ts'
import { HubError } from '../../errors.ts'
import type { RenewedSubscriptions } from '../contract.ts'
import { carryOut } from './carry-out.ts'
import { claimDueSubscriptions, type Subscription } from './store.ts'

/** So many of a batch at once, and so many troubles are told in words. */
const atOnce = 10
const mostTold = 10

/** Registers, renews and removes up to `batch` subscriptions whose time has come. */
export async function renewDueSubscriptions(
  hub: ConnectionParts,
  batch: number,
  options: { actor: string; signal?: AbortSignal; beat?: () => void },
): Promise<RenewedSubscriptions & { claimed: number }> {
  const due = await claimDueSubscriptions(hub.db, batch)
  const result = { claimed: due.length, done: 0, failed: 0, troubles: [] as RenewedSubscriptions['troubles'] }
  const queue = [...due]
  const one = async (subscription: Subscription) => {
    const { workspaceId, connectionId, provider, id } = subscription
    try {
      await carryOut(hub, subscription, options.actor)
      result.done += 1
    } catch (error) {
      // One subscription's trouble is not the sweep's: it is noted with when to try again.
      hub.log.warn({ err: error, workspaceId, connectionId, id }, 'a webhook subscription could not be carried out')
      result.failed += 1
      const code = error instanceof HubError ? error.code : 'INTERNAL_ERROR'
      if (result.troubles.length < mostTold) result.troubles.push({ subscriptionId: id, connectionId, provider, code })
    }
  }
  await Promise.all(
    Array.from({ length: Math.min(atOnce, due.length) }, async () => {
      for (let next = queue.shift(); next && !options.signal?.aborted; next = queue.shift()) {
        options.beat?.()
        const subscription = next
        await onBehalfOf(subscription.workspaceId, () => one(subscription))
      }
    }),
  )
  return result
}
