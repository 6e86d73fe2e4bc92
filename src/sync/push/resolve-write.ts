import { writeAudit } from '../../audit/log.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { publishRecordEvents } from '../records/events.ts'
import { isHeld } from './held-writes.ts'
import { lockByRecord, lockByItem, writeLinks } from '../links/link-store.ts'
import { writeRecords } from '../records/record-writes.ts'
import { writeHistory } from '../history/write-history.ts'
import { requestSyncRun } from '../runs/request-run.ts'
import { unchanged } from '../links/link-rows.ts'
import { findSync, type Sync } from '../sync-store.ts'

/**
 * Settles a write that waits for a person: with the id of the item that it made, or null when nothing was made and it is to be
 * sent again. A record that was made of that item meanwhile is the same one a second time: it becomes a tombstone.
 * @throws HubError `SYNC_NOT_FOUND`, `RECORD_NOT_FOUND`, `CONFLICT` when nothing of the record waits
 */
export async function resolveWrite(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  syncId: string,
  recordId: string,
  externalId: string | null,
): Promise<void> {
  const sync = await findSync(hub.db, workspaceId, syncId)
  await hub.db.transaction().execute(async trx => {
    const [linked] = await lockByRecord(trx, workspaceId, syncId, [recordId])
    if (!linked?.record) throw new HubError('RECORD_NOT_FOUND')
    if (!isHeld(linked.link)) throw new HubError('CONFLICT', { message: 'No write of this record waits for a person.' })
    if (externalId !== null) await releaseItem(hub, trx, sync, recordId, externalId, actor)
    // Without anything agreed on, the item is read before it is told anything.
    const known = externalId === null ? {} : { externalId, externalVersion: null, externalHash: null, base: null }
    const due = { state: 'error' as const, errorCode: 'NOT_SETTLED', gone: false, retryAt: new Date().toISOString() }
    await writeLinks(trx, workspaceId, syncId, [{ ...unchanged(linked.link), ...known, ...due }])
    const details = { syncId, made: externalId !== null }
    await writeAudit(trx, { workspaceId, actor, action: 'sync.write_resolved', subjectId: recordId, details })
  })
  if (sync.status === 'active') await requestSyncRun(hub, workspaceId, syncId, 'manual')
}

/** Takes an item from the record that has it, unless that is the one that is to have it. */
async function releaseItem(
  hub: ConnectionParts,
  trx: Executor,
  { workspaceId, id: syncId, collection }: Sync,
  recordId: string,
  externalId: string,
  actor: string,
): Promise<void> {
  const [other] = await lockByItem(trx, workspaceId, syncId, [externalId])
  if (!other || other.link.record_id === recordId) return
  await trx
    .deleteFrom('record_links')
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', syncId)
    .where('record_id', '=', other.link.record_id)
    .execute()
  if (!other.record || other.record.deleted_at !== null) return
  const { id, data, version } = other.record
  await writeRecords(trx, workspaceId, collection, [], [{ id, data, deleted: true }], { actor })
  const joined = { recordId: id, kind: 'deleted' as const, version: version + 1, fields: [] }
  await writeHistory(trx, workspaceId, { actor }, [joined])
  await publishRecordEvents(hub, trx, workspaceId, { collection, syncId }, { 'record.deleted': [id] })
}
