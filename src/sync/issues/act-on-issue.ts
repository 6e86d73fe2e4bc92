import { writeAudit } from '../../audit/log.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { Values } from '../../calls/json-write.ts'
import { syncWorkflowId } from '../contract.ts'
import { writeHistory } from '../history/write-history.ts'
import { lockByRecord, writeLinks, type LinkedRecord } from '../links/link-store.ts'
import { unchanged } from '../links/link-rows.ts'
import { resolveWrite } from '../push/resolve-write.ts'
import { resolveConflict, type Resolution } from '../records/held-conflicts.ts'
import { updateRecord } from '../records/records.ts'
import { requestSyncRun } from '../runs/request-run.ts'
import { wakeWorkflows } from '../runs/start-workflow.ts'
import { noteIssues } from '../runs/trouble.ts'
import { findSync, type Sync } from '../sync-store.ts'
import { actionsOf, kindOf, type IssueAction } from './issue-kinds.ts'

/** What a person does about one row. */
export type IssueChoice =
  | { action: 'fix'; data: Values }
  | { action: 'retry' }
  | { action: 'skip' }
  | ({ action: 'resolve' } & Resolution)
  | { action: 'link'; externalId: string | null }

/**
 * Does what a person says about a row: changes its record and tries again (`fix`), tries again (`retry`), leaves it until the item or
 * the record changes (`skip`), says whose value counts in a conflict (`resolve`), or names the item that a write has made (`link`).
 * @throws HubError `SYNC_NOT_FOUND`, `RECORD_NOT_FOUND`, `CONFLICT` when that cannot be done about it, `INVALID_REQUEST`
 */
export async function actOnIssue(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  syncId: string,
  recordId: string,
  choice: IssueChoice,
): Promise<void> {
  const sync = await findSync(hub.db, workspaceId, syncId)
  switch (choice.action) {
    case 'resolve':
      await resolveConflict(hub, actor, workspaceId, syncId, recordId, choice)
      break
    case 'link':
      await resolveWrite(hub, actor, workspaceId, syncId, recordId, choice.externalId)
      break
    case 'skip':
      await hub.db.transaction().execute(async trx => {
        const linked = await lockIssue(trx, sync, recordId, 'skip')
        await skip(trx, sync, actor, linked)
      })
      break
    case 'fix':
      await hub.db.transaction().execute(trx => lockIssue(trx, sync, recordId, 'fix'))
      // Should the rest be lost, the next run meets a record that has changed.
      await updateRecord(hub, workspaceId, recordId, choice.data, actor)
      await retry(hub, sync, actor, recordId, 'if still open')
      break
    case 'retry':
      await retry(hub, sync, actor, recordId)
      break
  }
  await lookAgain(hub, sync)
}

/** The link of a row about which an action may be taken, locked with its record. */
async function lockIssue(
  trx: Executor,
  { workspaceId, id }: Sync,
  recordId: string,
  action: IssueAction,
): Promise<LinkedRecord> {
  const [linked] = await lockByRecord(trx, workspaceId, id, [recordId])
  if (!linked) throw new HubError('RECORD_NOT_FOUND')
  const actions = actionsOf(linked.link)
  if (!actions.includes(action)) {
    throw new HubError('CONFLICT', {
      message:
        actions.length === 0 ? 'Nothing can be done here about this row.' : `This row takes: ${actions.join(', ')}.`,
      details: { actions },
    })
  }
  return linked
}

async function skip(trx: Executor, { workspaceId, id: syncId }: Sync, actor: string, { link, record }: LinkedRecord) {
  // At its record's version nothing is left to be told; the next change of either side is looked at as ever.
  const recordVersion = record?.version ?? link.record_version
  await writeLinks(trx, workspaceId, syncId, [{ ...unchanged(link), state: 'skipped', recordVersion, retryAt: null }])
  if (record) {
    const entry = { recordId: record.id, kind: 'skipped' as const, version: record.version, fields: [] }
    await writeHistory(trx, workspaceId, { actor }, [entry])
  }
  await writeAudit(trx, {
    workspaceId,
    actor,
    action: 'sync.issue_skipped',
    subjectId: link.record_id,
    details: { syncId },
  })
}

/** Has a row tried again by a run that is asked for. An item that could not be taken is read again: by a pass over everything. */
async function retry(
  hub: ConnectionParts,
  sync: Sync,
  actor: string,
  recordId: string,
  when?: 'if still open',
): Promise<void> {
  const { workspaceId, id: syncId } = sync
  const isUntaken = await hub.db.transaction().execute(async trx => {
    const [known] = await lockByRecord(trx, workspaceId, syncId, [recordId])
    if (when && known && kindOf(known.link) === undefined) return false
    // The record has changed, and so the next run tells of it.
    if (when && known && kindOf(known.link) === 'unfit') return false
    const { link, record } = await lockIssue(trx, sync, recordId, 'retry')
    const due = {
      state: 'error' as const,
      errorCode: link.error_code ?? 'NOT_SETTLED',
      retryAt: new Date().toISOString(),
    }
    await writeLinks(trx, workspaceId, syncId, [{ ...unchanged(link), ...due }])
    await writeAudit(trx, {
      workspaceId,
      actor,
      action: 'sync.issue_retried',
      subjectId: recordId,
      details: { syncId },
    })
    return !record
  })
  if (sync.status === 'active') await requestSyncRun(hub, workspaceId, syncId, 'manual', { full: isUntaken })
}

/** Counts again what waits for a person, and wakes whoever says so where nothing does any more. */
export async function lookAgain(hub: ConnectionParts, { workspaceId, id }: Sync): Promise<void> {
  if (await noteIssues(hub.db, workspaceId, id)) await wakeWorkflows(hub, [syncWorkflowId(id)])
}
