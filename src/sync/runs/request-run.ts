import { writeAudit } from '../../audit/log.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { RunTrigger } from '../contract.ts'
import { insertRequest } from './run-store.ts'
import { startRunSoon } from './start-workflow.ts'
import { lockSync, type Sync } from '../sync-store.ts'

/**
 * Asks for a run of a sync. The row says so before anything is started; requests that come while one waits are one. Gives
 * the run that will do it, or null when a webhook asks for a sync that is paused. One that rests until its connection's user is
 * back keeps what a webhook asks for.
 * @param options.full reads everything, although the platform could tell what has changed
 * @param options.allowDeletions lets through as many deletions as the sync holds, for this one run
 * @throws HubError `SYNC_NOT_FOUND`; `SYNC_PAUSED`, `TOKEN_EXPIRED` when a person asks; `CONFLICT` when deletions are allowed and none are held
 */
export async function requestSyncRun(
  hub: ConnectionParts,
  workspaceId: string,
  syncId: string,
  trigger: RunTrigger,
  options: { full?: boolean; allowDeletions?: { actor: string } } = {},
): Promise<{ runId: string } | null> {
  const requested = await hub.db.transaction().execute(async trx => {
    const sync = await lockSync(trx, workspaceId, syncId)
    const waits = sync.status === 'paused' && sync.pausedBecause === 'needs_reauth'
    if (sync.status === 'paused') {
      if (trigger === 'manual') throw new HubError(waits ? 'TOKEN_EXPIRED' : 'SYNC_PAUSED')
      // What the platform tells while its user is away is looked at when they are back.
      if (!waits) return null
    }
    const allowed = options.allowDeletions ? await allowDeletions(trx, sync, options.allowDeletions.actor) : null
    const full = (options.full ?? false) || allowed !== null
    return { waits, sync, run: await insertRequest(trx, workspaceId, syncId, trigger, full, allowed) }
  })
  if (!requested) return null
  if (!requested.waits) await startRunSoon(hub, requested.sync, trigger)
  return { runId: requested.run.id }
}

async function allowDeletions(trx: Executor, sync: Sync, actor: string): Promise<number> {
  if (!sync.deletionsHeld) throw new HubError('CONFLICT', { message: 'This sync holds no deletions.' })
  const { count } = sync.deletionsHeld
  const { workspaceId, id: subjectId } = sync
  await writeAudit(trx, { workspaceId, actor, action: 'sync.deletions_allowed', subjectId, details: { count } })
  return count
}
