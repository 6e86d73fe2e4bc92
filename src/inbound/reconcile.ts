import type { ConnectionParts } from '../connections/parts.ts'
import { nextDueMs } from './routing/queue.ts'
import { wakeInbound } from './wake.ts'

/** Starts the routing of webhooks that wait although they are due. Gives whether that was needed, as a count. */
export async function reconcileInbound(hub: ConnectionParts, _limit: number): Promise<number> {
  if ((await nextDueMs(hub.pool)) !== 0) return 0
  await wakeInbound(hub)
  return 1
}
