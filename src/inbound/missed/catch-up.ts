import type { ConnectionParts } from '../../connections/parts.ts'
import {
  claimMissed,
  endMissed,
  markMissed,
  postponeMissed,
  type MissedConnection,
} from '../../connections/webhooks/missed-store.ts'
import { onBehalfOf } from '../../db/on-behalf-of.ts'
import { isHubError } from '../../errors.ts'
import type { CaughtUp } from '../contract.ts'
import { claimMs, markedAtOnce, mostTries, retryInMs } from './policy.ts'
import { readMissed } from './read-missed.ts'

/** So many lists at once, and so many troubles are told in words. */
const atOnce = 8
const mostTold = 10

/**
 * After a time in which the hub received no webhooks: marks the connections whose platform keeps a list of what it has sent,
 * and reads up to `batch` of the lists. `more` says that there is more to do now.
 */
export async function catchUp(
  hub: ConnectionParts,
  batch: number,
  signal: AbortSignal,
): Promise<CaughtUp & { more: boolean }> {
  const without = hub.definitions.catalogue.filter(({ webhooks }) => !webhooks?.missed).map(({ id }) => id)
  const isMarking = await markMissed(hub.db, markedAtOnce, without)
  const due = await claimMissed(hub.db, batch, claimMs)
  const result: CaughtUp = { read: 0, taken: 0, failed: 0, troubles: [] }
  const one = async (connection: MissedConnection) => {
    try {
      result.taken += await readMissed(hub, connection, signal)
      await endMissed(hub.db, connection)
      result.read += 1
    } catch (error) {
      const { workspaceId, id: connectionId, provider, failures } = connection
      hub.log.warn({ err: error, workspaceId, connectionId }, 'what a platform has sent could not be listed')
      const code = isHubError(error) ? error.code : 'INTERNAL'
      result.failed += 1
      if (result.troubles.length < mostTold) result.troubles.push({ connectionId, provider, code })
      if (failures + 1 >= mostTries) await endMissed(hub.db, connection)
      else await postponeMissed(hub.db, connection, retryInMs(failures + 1))
    }
  }
  const queue = [...due]
  await Promise.all(
    Array.from({ length: Math.min(atOnce, due.length) }, async () => {
      for (let next = queue.shift(); next && !signal.aborted; next = queue.shift()) {
        const connection = next
        await onBehalfOf(connection.workspaceId, () => one(connection))
      }
    }),
  )
  return { ...result, more: isMarking || due.length === batch }
}
