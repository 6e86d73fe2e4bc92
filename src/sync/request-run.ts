import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import type { RunTrigger } from './contract.ts'
import { insertRequest } from './run-store.ts'
import { startRunSoon } from './start-workflow.ts'
import { lockSync } from './sync-store.ts'

/**
 * Asks for a run of a sync. The row says so before anything is started; requests that come while one waits are one. Gives
 * the run that will do it, or null when a webhook asks for a sync that is paused.
 * @param options.full reads everything, although the platform could tell what has changed
 * @throws HubError `SYNC_NOT_FOUND`; `SYNC_PAUSED` when a person asks
 */
export async function requestSyncRun(
  hub: Hub,
  workspaceId: string,
  syncId: string,
  trigger: RunTrigger,
  options: { full?: boolean } = {},
): Promise<{ runId: string } | null> {
  const requested = await hub.db.transaction().execute(async trx => {
    const sync = await lockSync(trx, workspaceId, syncId)
    if (sync.status === 'paused') {
      if (trigger === 'manual') throw new HubError('SYNC_PAUSED')
      return null
    }
    return { sync, run: await insertRequest(trx, workspaceId, syncId, trigger, options.full ?? false) }
  })
  if (!requested) return null
  await startRunSoon(hub, requested.sync, trigger)
  return { runId: requested.run.id }
}
