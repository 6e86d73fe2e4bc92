import { writeAudit } from '../../audit/log.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { findProvider } from '../../catalogue/find.ts'
import { matchKeysOf } from '../../catalogue/match-keys.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import { dropLinks, lockByItemOrRecord, writeLinks, type Link, type RecordRow } from '../links/link-store.ts'
import { settleNew, type Settled } from '../links/settle.ts'
import { canonicalJson } from '../mapping/canonical.ts'
import type { ItemGaps } from '../mapping/items.ts'
import { type Item } from '../mapping/mapping.ts'
import { mappingOfSync } from '../mapping/overrides/apply.ts'
import { noteUnresolved, unresolvedOf } from '../mapping/references/waits.ts'
import { publishRecordEvents } from '../records/events.ts'
import { writeHistory } from '../history/write-history.ts'
import { readRecords } from '../records/read-records.ts'
import { writeRecords } from '../records/record-writes.ts'
import { requestSyncRun } from '../runs/request-run.ts'
import { findSync, type Sync } from '../sync-store.ts'
import { settleJoin } from './join.ts'
import { findCandidates } from './key-store.ts'
import { keysIn } from './keys.ts'
import { wakeWaiting } from './wait-for-person.ts'

/** An item that may be one of several records. */
export interface AmbiguousItem {
  link: Link
  /** The records that have its key now, and are no other item's; at most so many as are shown. */
  candidates: RecordRow[]
}

const candidatesShown = 20

/** A page of the items of a sync that wait for a person to say which record they are. Relies on record_links_in_trouble. */
export async function listAmbiguous(
  hub: ConnectionParts,
  sync: Sync,
  list: { after: string | undefined; limit: number },
): Promise<AmbiguousItem[]> {
  const { workspaceId, id: syncId, collection } = sync
  let query = hub.db
    .selectFrom('record_links')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', averageOwner(syncId))
    .where('state', '=', 'error')
    .where('error_code', '=', 'AMBIGUOUS_MATCH')
    .where('base', 'is not', null)
  if (list.after !== undefined) query = query.where('record_id', '>', list.after)
  const links = await query.orderBy('record_id').limit(list.limit).execute()
  const keys = matchKeysOf(sync.match, mappingOfSync(await modelOf(hub, sync), sync).model)
  const found = await findCandidates(
    hub.db,
    { workspaceId, collection, syncId },
    links.map(({ base }) => keysIn(keys, base)),
  )
  const idsOf = (index: number) => {
    const ids = found.filter(candidate => candidate.index === index).map(({ recordId }) => recordId)
    return [...new Set(ids)].slice(0, candidatesShown)
  }
  const ids = links.flatMap((_, index) => idsOf(index))
  const records = new Map((await readRecords(hub.db, workspaceId, ids)).map(record => [record.id, record]))
  return links.map((link, index) => ({ link, candidates: idsOf(index).flatMap(id => records.get(id) ?? []) }))
}

/**
 * Says which record an item is: one that is there, or, with null, a new one. What the two sides have is merged at once; the
 * platform is told by the next run, which is asked for.
 * @param id what the item is listed by
 * @throws HubError `SYNC_NOT_FOUND`; `RECORD_NOT_FOUND` where nothing is listed by the id, or the record is not there; `CONFLICT`
 * when the record is another item's
 */
export async function resolveMatch(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  syncId: string,
  id: string,
  recordId: string | null,
): Promise<void> {
  const sync = await findSync(hub.db, workspaceId, syncId)
  const mapping = mappingOfSync(await modelOf(hub, sync), sync)
  await hub.db.transaction().execute(async trx => {
    const wanted = recordId === null ? [id] : [id, recordId]
    const { linked, records } = await lockByItemOrRecord(trx, workspaceId, syncId, [], wanted)
    const waiting = linked.find(({ link }) => link.record_id === id)?.link
    if (!waiting || waiting.error_code !== 'AMBIGUOUS_MATCH' || records.has(id)) throw new HubError('RECORD_NOT_FOUND')
    const settling = { mapping, policy: sync.conflictPolicy, now: new Date() }
    const item = { ...itemOf(waiting), gaps: await gapsOf(trx, waiting) }
    let settled: Settled
    if (recordId === null) settled = settleNew(settling, item, id)
    else {
      const record = records.get(recordId)
      if (!record || record.deleted_at !== null || record.collection !== sync.collection) {
        throw new HubError('RECORD_NOT_FOUND')
      }
      const its = linked.find(({ link }) => link.record_id === recordId)?.link
      if (its && its.external_id !== null && !its.gone) {
        throw new HubError('CONFLICT', { message: 'The record is another item of this platform.' })
      }
      const row = { id: syncId, workspace_id: workspaceId, pushed_change: await pushedChange(trx, sync) }
      settled = settleJoin(settling, row, record, item, matchKeysOf(sync.match, mapping.model))
      await dropLinks(trx, workspaceId, syncId, [id])
    }
    await commit(hub, trx, sync, settled, actor)
    await wakeWaiting(trx, workspaceId, syncId)
    const details = { syncId, made: recordId === null }
    await writeAudit(trx, { workspaceId, actor, action: 'sync.match_resolved', subjectId: recordId ?? id, details })
  })
  if (sync.direction !== 'pull' && sync.status === 'active') await requestSyncRun(hub, workspaceId, syncId, 'manual')
}

async function commit(
  hub: ConnectionParts,
  trx: Executor,
  sync: Sync,
  { insert, update, link, change, unresolved }: Settled,
  actor: string,
) {
  const { workspaceId, id: syncId, collection, connectionId } = sync
  await writeRecords(trx, workspaceId, collection, insert ? [insert] : [], update ? [update] : [], { actor: syncId })
  if (change) await writeHistory(trx, workspaceId, { actor }, [{ recordId: link.recordId, ...change }])
  await writeLinks(trx, workspaceId, syncId, [link])
  await noteUnresolved(trx, { workspaceId, syncId, connectionId }, new Map(unresolved && [[link.recordId, unresolved]]))
  await publishRecordEvents(
    hub,
    trx,
    workspaceId,
    { collection, syncId },
    {
      'record.created': insert ? [insert.id] : [],
      'record.updated': update ? [update.id] : [],
    },
  )
}

/** The item as it was seen, from the link that waits. */
function itemOf(link: Link): Item {
  return {
    externalId: link.external_id!,
    version: link.external_version,
    json: canonicalJson(link.base),
    hash: link.external_hash!.toString('latin1'),
    isDeleted: false,
    updatedAt: link.external_updated_at ?? undefined,
  }
}

/** What of it could not be taken, and what it names that had no record: the next run fills that where it has one now. */
async function gapsOf(trx: Executor, link: Link): Promise<ItemGaps> {
  const { workspace_id: workspaceId, sync_id: syncId, record_id: recordId, field_errors: errors } = link
  const unfit = Object.entries(errors ?? {}).flatMap(([path, code]) => (code === 'FIELD_UNFIT' ? [path] : []))
  return { unfit, unresolved: await unresolvedOf(trx, { workspaceId, syncId }, recordId) }
}

async function modelOf(hub: ConnectionParts, { workspaceId, provider, model }: Sync): Promise<ModelDefinition> {
  const definition = (await findProvider(hub, workspaceId, provider)).models?.[model]
  if (!definition) throw new HubError('INVALID_MODEL')
  return definition
}

async function pushedChange(trx: Executor, { workspaceId, id }: Sync): Promise<number> {
  const row = await trx
    .selectFrom('syncs')
    .select('pushed_change')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return row.pushed_change
}
