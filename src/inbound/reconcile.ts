import type { ConnectionParts } from '../connections/parts.ts'
import { tellOverdueInboundReplays } from './replays/request.ts'
import { nextDueMs } from './routing/queue.ts'
import { wakeInbound } from './wake.ts'

const startsAtOnce = 50

/** Starts the routing of webhooks that wait although they are due, and replays that a crash left. Gives how many were needed. */
export async function reconcileInbound(hub: ConnectionParts, limit: number): Promise<number> {
  const told = await tellOverdueInboundReplays(hub, Math.min(limit, startsAtOnce))
  if ((await nextDueMs(hub.pool)) !== 0) return told
  await wakeInbound(hub)
  return told + 1
}
