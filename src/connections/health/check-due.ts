import { onBehalfOf } from '../../db/on-behalf-of.ts'
import type { ConnectionParts } from '../parts.ts'
import { checkConnection } from './check.ts'
import { claimDueChecks } from './check-store.ts'
import type { HealthSweepResult } from '../contract.ts'
import { findConnection } from '../store.ts'

/** Verifies up to `batch` connections whose time has come, ten at once. */
export async function checkDueConnections(
  hub: ConnectionParts,
  batch: number,
  options: { actor: string; signal?: AbortSignal; beat?: () => void },
): Promise<HealthSweepResult & { claimed: number }> {
  const due = await claimDueChecks(hub, batch, 15 * 60_000)
  const result = { claimed: due.length, verified: 0, degraded: 0, recovered: 0 }
  const queue = [...due]
  await Promise.all(
    Array.from({ length: Math.min(10, due.length) }, async () => {
      for (let next = queue.shift(); next && !options.signal?.aborted; next = queue.shift()) {
        options.beat?.()
        const { workspaceId } = next
        await onBehalfOf(workspaceId, () => checkOne(hub, next, options.actor, result))
      }
    }),
  )
  return result
}

async function checkOne(
  hub: ConnectionParts,
  { workspaceId, connectionId }: { workspaceId: string; connectionId: string },
  actor: string,
  result: HealthSweepResult,
): Promise<void> {
  try {
    const before = await findConnection(hub.db, workspaceId, connectionId)
    const after = await checkConnection(hub, workspaceId, connectionId, actor)
    result.verified += 1
    if (before.status === 'connected' && after.status !== 'connected') result.degraded += 1
    if (before.status !== 'connected' && after.status === 'connected') result.recovered += 1
  } catch (error) {
    // One connection's trouble is not the sweep's: its check is due again in a quarter of an hour.
    hub.log.warn({ err: error, workspaceId, connectionId }, 'a connection could not be verified')
  }
}
