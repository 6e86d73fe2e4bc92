import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import { writeAudit } from '../../audit/log.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { findProvider } from '../../catalogue/find.ts'
import { stepsOf } from '../../calls/json-path.ts'
import { withValue, type Values } from '../../calls/json-write.ts'
import { publishRecordEvents } from './events.ts'
import {
  lockByRecord,
  writeLinks,
  type Link,
  type LinkedRecord,
  type LinkWrite,
  type RecordRow,
} from '../links/link-store.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { mappingOfSync } from '../mapping/overrides/apply.ts'
import { writeRecords } from './record-writes.ts'
import { unfitIn } from './unfit.ts'
import { changedFields } from '../history/fields.ts'
import { writeHistory } from '../history/write-history.ts'
import { requestSyncRun } from '../runs/request-run.ts'
import { unchanged } from '../links/link-rows.ts'
import { findSync } from '../sync-store.ts'

// Who wins a conflict by itself is decided by `winnerOf` in ../policy.ts; what is held there is for a person, here.

/**
 * A page of a sync's links that need something: in conflict, or in error as a whole or in some of their fields. Relies on
 * record_links_in_trouble and record_links_unfit.
 */
export async function listTrouble(
  db: Executor,
  workspaceId: string,
  syncId: string,
  list: { state: 'conflict' | 'error'; after: string | undefined; limit: number },
): Promise<Link[]> {
  let query = db
    .selectFrom('record_links')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', averageOwner(syncId))
    .where(eb => {
      const inState = eb('state', '=', list.state)
      return list.state === 'error' ? eb.or([inState, eb('field_errors', 'is not', null)]) : inState
    })
  if (list.after !== undefined) query = query.where('record_id', '>', list.after)
  return query.orderBy('record_id').limit(list.limit).execute()
}

/** Which side a conflict goes to, or for single fields a side or a value of its own. */
export interface Resolution {
  /** For every field that `fields` does not name, and for a deletion. */
  use?: 'hub' | 'provider' | undefined
  fields?: Record<string, { use: 'hub' | 'provider' } | { value: unknown }> | undefined
}

/**
 * Settles a held conflict as a person says. The record takes what was chosen at once; the platform is told by the next run,
 * which is asked for. @throws HubError `SYNC_NOT_FOUND`, `RECORD_NOT_FOUND`, `CONFLICT` when nothing is held, `INVALID_REQUEST`
 */
export async function resolveConflict(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  syncId: string,
  recordId: string,
  resolution: Resolution,
): Promise<void> {
  const sync = await findSync(hub.db, workspaceId, syncId)
  const { models } = await findProvider(hub, workspaceId, sync.provider)
  await hub.db.transaction().execute(async trx => {
    const [linked] = await lockByRecord(trx, workspaceId, syncId, [recordId])
    if (!linked?.record) throw new HubError('RECORD_NOT_FOUND')
    if (linked.link.conflict === null) throw new HubError('CONFLICT', { message: 'This record is not in conflict.' })
    const { update, link } = resolved(
      models?.[sync.model] && mappingOfSync(models[sync.model]!, sync),
      linked,
      linked.record,
      resolution,
    )
    // The record is written even if its data stay: the push looks at what has changed.
    await writeRecords(trx, workspaceId, sync.collection, [], [{ id: recordId, ...update }], { actor })
    const version = linked.record.version + 1
    const fields = changedFields(linked.record.data, update.data)
    await writeHistory(trx, workspaceId, { actor }, [{ recordId, kind: 'resolved', version, fields }])
    await writeLinks(trx, workspaceId, syncId, [link])
    const type = update.deleted ? 'record.deleted' : 'record.updated'
    const source = { collection: sync.collection, syncId }
    await publishRecordEvents(hub, trx, workspaceId, source, { [type]: [recordId] })
    await writeAudit(trx, {
      workspaceId,
      actor,
      action: 'sync.conflict_resolved',
      subjectId: recordId,
      details: { syncId },
    })
  })
  if (sync.direction !== 'pull' && sync.status === 'active') await requestSyncRun(hub, workspaceId, syncId, 'manual')
}

function demandValue(collection: string, path: string, value: unknown): void {
  const [unfit] = unfitIn(collection, withValue({}, stepsOf(path), value))
  if (!unfit) return
  const details = [{ path: `body.fields.${path}.value`, message: unfit.message }]
  throw new HubError('INVALID_REQUEST', { details })
}

interface ResolvedConflict {
  update: { data: Values; deleted: boolean }
  link: LinkWrite
}

function resolved(
  mapping: Mapping | undefined,
  { link }: LinkedRecord,
  record: RecordRow,
  resolution: Resolution,
): ResolvedConflict {
  const settledLink: LinkWrite = { ...unchanged(link), state: 'ok', conflict: null }
  const { deleted, fields = {} } = link.conflict ?? { fields: {} }
  if (deleted !== undefined) {
    if (resolution.use === undefined) {
      throw new HubError('INVALID_REQUEST', {
        message: 'One side deleted the record: say with `use` which one counts.',
      })
    }
    return resolvedDeletion(mapping, settledLink, record, deleted, resolution.use)
  }
  const unknown = Object.keys(resolution.fields ?? {}).filter(path => !Object.hasOwn(fields, path))
  if (unknown.length > 0) {
    throw new HubError('INVALID_REQUEST', {
      message: 'These fields are not in conflict.',
      details: { fields: unknown },
    })
  }
  const unsaid = Object.keys(fields).filter(
    path => resolution.fields?.[path] === undefined && resolution.use === undefined,
  )
  if (unsaid.length > 0) {
    throw new HubError('INVALID_REQUEST', { message: 'Say for each field what counts.', details: { fields: unsaid } })
  }
  let data: Values = record.data
  let base: Values = link.base ?? {}
  for (const [path, { provider }] of Object.entries(fields)) {
    const choice = resolution.fields?.[path] ?? { use: resolution.use }
    if ('value' in choice) {
      demandValue(record.collection, path, choice.value)
      data = withValue(data, stepsOf(path), choice.value)
    } else if (choice.use === 'provider') data = withValue(data, stepsOf(path), provider)
    // From here on the platform's value is what both have seen: the rest is the hub's change.
    base = withValue(base, stepsOf(path), provider)
  }
  return { update: { data, deleted: false }, link: { ...settledLink, base } }
}

/** What is written raises the record's version: a link that keeps its own is behind, and the next run tells the platform. */
function resolvedDeletion(
  mapping: Mapping | undefined,
  link: LinkWrite,
  record: RecordRow,
  deletedBy: 'hub' | 'provider',
  use: 'hub' | 'provider',
): ResolvedConflict {
  const agreed = { ...link, recordVersion: record.version + 1 }
  if (deletedBy === 'hub') {
    if (use === 'hub') return { update: { data: record.data, deleted: true }, link }
    const data = mapping ? mapping.intoData(record.data, mapping.fieldsOf(link.base)) : record.data
    return { update: { data, deleted: false }, link: agreed }
  }
  if (use === 'provider') return { update: { data: record.data, deleted: true }, link: agreed }
  return { update: { data: record.data, deleted: false }, link }
}
