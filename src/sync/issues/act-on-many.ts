import { sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { writeHistory } from '../history/write-history.ts'
import { requestSyncRun } from '../runs/request-run.ts'
import { findSync, type Sync } from '../sync-store.ts'
import { lookAgain } from './act-on-issue.ts'
import { issueKindNames, issueKinds, type IssueKind } from './issue-kinds.ts'
import { stateOf } from './list-issues.ts'

/** So many rows one call does something about; it is called again for the others. */
const mostAtOnce = 1_000
const mostCounted = 10_000

/** What a call did, and for how many rows it is to be called again; 10,000 stands for more too. */
export interface ManyDone {
  done: number
  left: number
}

/**
 * Has all rows of a kind, or of every kind that takes it, tried again or left as they are, up to 1,000 in a call.
 * @throws HubError `SYNC_NOT_FOUND`
 */
export async function actOnMany(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  syncId: string,
  action: 'retry' | 'skip',
  kind: IssueKind | undefined,
): Promise<ManyDone> {
  const sync = await findSync(hub.db, workspaceId, syncId)
  const kinds = (kind === undefined ? issueKindNames.filter(name => name !== 'skipped') : [kind]).filter(name =>
    (issueKinds[name].actions as readonly string[]).includes(action),
  )
  let [done, left, untaken] = [0, 0, false]
  for (const one of kinds) {
    const result = await hub.db.transaction().execute(async trx => {
      const rows = await act(trx, sync, action, one, mostAtOnce - done)
      if (action === 'skip') {
        const entries = rows.flatMap(({ record_id: recordId, version }) =>
          version === null ? [] : [{ recordId, version, kind: 'skipped' as const, fields: [] }],
        )
        await writeHistory(trx, workspaceId, { actor }, entries)
      }
      if (rows.length > 0) {
        const details = { kind: one, count: rows.length }
        const what = action === 'skip' ? 'sync.issues_skipped' : 'sync.issues_retried'
        await writeAudit(trx, { workspaceId, actor, action: what, subjectId: syncId, details })
      }
      return { rows, left: await countLeft(trx, sync, action, one) }
    })
    done += result.rows.length
    left += result.left
    untaken ||= result.rows.some(({ version }) => version === null)
  }
  if (action === 'retry' && done > 0 && sync.status === 'active') {
    await requestSyncRun(hub, workspaceId, syncId, 'manual', { full: untaken })
  }
  await lookAgain(hub, sync)
  return { done, left: Math.min(left, mostCounted) }
}

interface Row {
  record_id: string
  /** The version of its record; null where there is none yet. */
  version: number | null
}

/** Those of a kind that the action is still to be taken about. Relies on record_links_by_code. */
function still(db: Executor, { workspaceId, id }: Sync, action: 'retry' | 'skip', kind: IssueKind) {
  const { code } = issueKinds[kind]
  const state = stateOf(kind)
  if (state === 'unfit') throw new Error('Single fields are neither retried nor skipped')
  let query = db
    .selectFrom('record_links as link')
    .where('link.workspace_id', '=', workspaceId)
    .where('link.sync_id', '=', averageOwner(id))
    .where('link.state', '=', state)
    .where('link.place', 'is', null)
  if (code !== null) query = query.where('link.error_code', '=', code)
  if (action === 'skip') return query
  return query.where(eb => eb.or([eb('retry_at', 'is', null), eb('retry_at', '>', sql<Date>`now()`)]))
}

async function act(db: Executor, sync: Sync, action: 'retry' | 'skip', kind: IssueKind, limit: number): Promise<Row[]> {
  if (limit <= 0) return []
  const rows = await still(db, sync, action, kind)
    .leftJoin('records as record', join =>
      join.onRef('record.id', '=', 'link.record_id').on('record.workspace_id', '=', averageOwner(sync.workspaceId)),
    )
    .select(['link.record_id', 'record.version'])
    .orderBy('link.record_id')
    .limit(limit)
    .forUpdate('link')
    .execute()
  const [ids, versions] = [rows.map(row => row.record_id), rows.map(row => row.version)]
  // At its record's version nothing is left to be told; the next change of either side is looked at as ever.
  const change =
    action === 'skip'
      ? sql`state = 'skipped', record_version = coalesce(i.version, l.record_version), retry_at = null`
      : sql`state = 'error', error_code = coalesce(l.error_code, 'NOT_SETTLED'), retry_at = now()`
  await sql`
    update record_links l set ${change}, updated_at = now()
    from unnest(${ids}::text[], ${versions}::int[]) as i (record_id, version)
    where l.workspace_id = ${sync.workspaceId} and l.sync_id = ${averageOwner(sync.id)} and l.record_id = i.record_id`.execute(
    db,
  )
  return rows
}

async function countLeft(db: Executor, sync: Sync, action: 'retry' | 'skip', kind: IssueKind): Promise<number> {
  const counted = still(db, sync, action, kind).select('link.record_id').limit(mostCounted)
  const row = await db
    .selectFrom(counted.as('counted'))
    .select(eb => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return row.count
}
