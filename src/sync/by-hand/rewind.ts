import { sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { requestSyncRun } from '../runs/request-run.ts'
import { lockSync } from '../sync-store.ts'

/**
 * Has what changed at the platform since an instant be read again, by a run that it asks for; where the platform cannot tell what
 * has changed since then, by a pass over everything. What is as it was last seen is not written again.
 * @throws HubError `SYNC_NOT_FOUND`, `INVALID_REQUEST` for a sync that only pushes or an instant to come, `SYNC_PAUSED`, `TOKEN_EXPIRED`
 */
export async function rewindSync(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  syncId: string,
  to: Date,
): Promise<{ runId: string }> {
  if (to.getTime() > Date.now()) {
    throw new HubError('INVALID_REQUEST', { message: 'A sync is rewound to an instant that is past.' })
  }
  await hub.db.transaction().execute(async trx => {
    const sync = await lockSync(trx, workspaceId, syncId)
    if (sync.direction === 'push') {
      throw new HubError('INVALID_REQUEST', { message: 'This sync only pushes: it reads nothing.' })
    }
    if (sync.status === 'paused') {
      throw new HubError(sync.pausedBecause === 'needs_reauth' ? 'TOKEN_EXPIRED' : 'SYNC_PAUSED')
    }
    await trx
      .updateTable('syncs')
      .set({ rewind_to: sql<Date>`least(rewind_to, ${to})` })
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', syncId)
      .execute()
    const details = { to: to.toISOString() }
    await writeAudit(trx, { workspaceId, actor, action: 'sync.rewound', subjectId: syncId, details })
  })
  // A run that is under way does not learn of it: the one that is asked for does.
  return (await requestSyncRun(hub, workspaceId, syncId, 'manual'))!
}

/**
 * Takes over what a person wants to be read again, before a run is planned; the caller holds the sync. A sync that never had a first
 * pass reads everything anyway.
 */
export async function takeOverRewind(db: Executor, workspaceId: string, syncId: string): Promise<Date | null> {
  const row = await db
    .updateTable('syncs')
    .set({
      changed_since: sql<Date | null>`case when changed_since is null then null else least(changed_since, rewind_to) end`,
      // What a platform tells by its own token it tells from there on only: a rewound sync reads everything.
      feed_token: null,
      rewind_to: null,
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', syncId)
    .where('rewind_to', 'is not', null)
    .returning('changed_since')
    .executeTakeFirst()
  return row?.changed_since ?? null
}
