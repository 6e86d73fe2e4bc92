import { Context } from '@temporalio/activity'
import type { Hub } from '../src/hub.ts'
import type { RoutedUntil } from '../src/inbound/contract.ts'
import { routeArrived } from '../src/inbound/routing/route-arrived.ts'

export function createInboundActivities(hub: Hub) {
  return {
    /** Routes arrived webhooks until none has come for a while, or its time is over. */
    async routeArrived(lingerMs: number): Promise<RoutedUntil> {
      const context = Context.current()
      return routeArrived(hub, lingerMs, context.cancellationSignal, () => context.heartbeat())
    },
  }
}
