import { sql } from 'kysely'
import type { ConnectionParts } from '../../../connections/parts.ts'
import { isHubError } from '../../../errors.ts'
import { commitSettled } from '../../links/commit-settled.ts'
import { lockByRecord } from '../../links/link-store.ts'
import { emptyLink, failedLink, unchanged } from '../../links/link-rows.ts'
import { requestSyncRun } from '../../runs/request-run.ts'
import type { RunHold } from '../../runs/run-hold.ts'
import type { MissingReference } from '../known.ts'
import { hasLinked } from './fill.ts'
import { noteMissing } from './waits.ts'

/** Has records wait that name others which are not at the platform yet: customers come before their invoices. */
export async function recordWaiting(
  hub: ConnectionParts,
  hold: RunHold,
  missing: ReadonlyMap<string, readonly MissingReference[]>,
): Promise<void> {
  if (missing.size === 0) return
  const { workspaceId, sync } = hold
  await hub.db.transaction().execute(async trx => {
    const linked = await lockByRecord(trx, workspaceId, sync.id, [...missing.keys()])
    const byRecord = new Map(linked.map(({ link }) => [link.record_id, link]))
    const now = new Date()
    const settled = [...missing.keys()].map(recordId => {
      const link = byRecord.get(recordId)
      const before = link ? unchanged(link) : emptyLink(recordId, null)
      return { link: failedLink(before, 'DEPENDENCY_MISSING', now), collisions: 0 }
    })
    await commitSettled(hub, trx, hold, settled, { failed: settled.length })
    await noteMissing(trx, { workspaceId, syncId: sync.id, connectionId: sync.connection_id }, missing)
  })
}

/**
 * Has those that waited for what this run has brought to the platform tried again at once: their syncs are asked to run. One
 * that still waits for something else waits on. Relies on waiting_references_by_model and the primary key of record_links.
 */
export async function wakeWaiting(hub: ConnectionParts, hold: RunHold): Promise<void> {
  if (!(await hasLinked(hub.db, hold))) return
  const { workspaceId, sync } = hold
  const { rows } = await sql<{ sync_id: string }>`
    with ready as materialized (
      select w.sync_id, w.record_id, w.path from waiting_references w
      join record_links l on l.sync_id = (select ${sync.id}::text) and l.record_id = w.target_id and l.external_id is not null and not l.gone
      where w.workspace_id = ${workspaceId} and w.connection_id = ${sync.connection_id} and w.model = ${sync.model}
        and w.target_id is not null
    ), due as (
      update record_links l set retry_at = now() from ready r
      where l.sync_id = r.sync_id and l.record_id = r.record_id and l.workspace_id = ${workspaceId} and l.state = 'error'
        and l.error_code = 'DEPENDENCY_MISSING'
    ), told as (
      delete from waiting_references w using ready r
      where w.sync_id = r.sync_id and w.record_id = r.record_id and w.path = r.path
    )
    select distinct sync_id from ready`.execute(hub.db)
  for (const { sync_id: syncId } of rows) await requestRun(hub, workspaceId, syncId)
}

/** One that is paused, or deleted meanwhile, does not run. */
async function requestRun(hub: ConnectionParts, workspaceId: string, syncId: string): Promise<void> {
  try {
    await requestSyncRun(hub, workspaceId, syncId, 'manual')
  } catch (error) {
    const rests = ['SYNC_PAUSED', 'TOKEN_EXPIRED', 'SYNC_NOT_FOUND'] as const
    if (!rests.some(code => isHubError(error, code))) throw error
  }
}
