import { Context } from '@temporalio/activity'
import type { Hub } from '../src/hub.ts'
import type {
  CaughtUp,
  InboundReplayInput,
  InboundReplayStep,
  RenewedSubscriptions,
  RoutedUntil,
} from '../src/inbound/contract.ts'
import { catchUp } from '../src/inbound/missed/catch-up.ts'
import { moveInboundReplay } from '../src/inbound/replays/step.ts'
import { changeInboundReplay } from '../src/inbound/replays/store.ts'
import { renewDueSubscriptions } from '../src/inbound/subscriptions/renew-due.ts'
import { routeArrived } from '../src/inbound/routing/route-arrived.ts'

const heartbeatEveryMs = 20_000

export function createInboundActivities(hub: Hub) {
  return {
    /** Routes arrived webhooks until none has come for a while, or its time is over. */
    async routeArrived(lingerMs: number): Promise<RoutedUntil> {
      const context = Context.current()
      return routeArrived(hub, lingerMs, context.cancellationSignal, () => context.heartbeat())
    },

    /** Registers, renews and removes webhooks whose time has come. */
    async renewDueSubscriptions(batch: number): Promise<RenewedSubscriptions & { claimed: number }> {
      const context = Context.current()
      const { workflowType: actor = 'worker' } = context.info
      return renewDueSubscriptions(hub, batch, {
        ...{ actor, signal: context.cancellationSignal, beat: () => context.heartbeat() },
      })
    },

    /** Asks platforms for what they sent while the hub was away. */
    async catchUpWebhooks(batch: number): Promise<CaughtUp & { more: boolean }> {
      const context = Context.current()
      const { cancellationSignal: signal } = context
      // A list may be long, and its pages slow.
      const timer = setInterval(() => context.heartbeat(), heartbeatEveryMs)
      try {
        return await catchUp(hub, batch, signal)
      } finally {
        clearInterval(timer)
      }
    },

    /** Queues the next webhooks of a range to be routed again. */
    async moveInboundReplay(input: InboundReplayInput): Promise<InboundReplayStep> {
      const context = Context.current()
      return moveInboundReplay(hub, input, () => context.heartbeat())
    },

    /** Its workflow was cancelled in the Temporal UI: the row says so too. */
    async cancelInboundReplay({ workspaceId, replayId }: InboundReplayInput): Promise<void> {
      await changeInboundReplay(hub.db, workspaceId, replayId, 'cancelled')
    },
  }
}
