import type { MatchKeys } from '../../catalogue/schema/items/lookup.ts'
import type { Executor } from '../../db/database.ts'
import { readLinks, recordsOfItems, type LinkedRecord, type RecordRow } from '../links/link-store.ts'
import { settleKnown, type Settled, type Settling } from '../links/settle.ts'
import { sameValue } from '../mapping/canonical.ts'
import { isBadItem, type Item } from '../mapping/mapping.ts'
import type { References } from '../mapping/references/look-up.ts'
import { itemsOf } from '../mapping/references/read-items.ts'
import { settleJoin } from '../matching/join.ts'
import type { Candidate } from '../matching/key-store.ts'
import { decide } from '../matching/match-items.ts'
import { readRecords } from '../records/read-records.ts'
import { candidatesOf } from './preview-matches.ts'

/** A value before and after, of which a missing one is no member. */
export interface FieldChange {
  before?: unknown
  after?: unknown
}

/** What a sync would make of one thing of its platform. */
export interface PulledRow {
  externalId: string | null
  outcome: 'created' | 'matched' | 'ambiguous' | 'changed' | 'unchanged' | 'skipped'
  /** Why it is skipped: the code of its error, or `DELETED`. */
  reason: string | null
  /** The record that it joins, or has. */
  recordId: string | null
  /** By which key it is matched. */
  key: string[] | null
  /** The records that it may be. */
  candidates: string[]
  /** What of the record would change, and what the platform would be told. */
  fields: Record<string, FieldChange>
  told: Record<string, FieldChange>
  /** Fields that would be held for a person. */
  conflicts: string[]
}

/** Where a sync that is only looked at would work: as one that is there, or one that may come. */
export interface PreviewPlace {
  workspaceId: string
  collection: string
  /** The sync of this model and collection, where there is one. */
  syncId: string | null
  pushedChange: number
  pushes: boolean
}

const nothing = { reason: null, recordId: null, key: null, candidates: [], fields: {}, told: {}, conflicts: [] }

/** What would become of items, in their order; nothing is written, and nothing locked. */
export async function previewPull(
  db: Executor,
  settling: Settling,
  place: PreviewPlace,
  references: References,
  keys: MatchKeys,
  raws: readonly unknown[],
): Promise<PulledRow[]> {
  const { mapping } = settling
  const items = await itemsOf({ mapping, references }, raws)
  const taken = items.filter((item): item is Item => !isBadItem(item) && !item.isDeleted)
  const known = await linkedItems(db, place, taken)
  const unknown = taken.filter(({ externalId }) => !known.get(externalId)?.record)
  const candidates = await candidatesOf(db, place, keys, unknown)
  const matches = decide(unknown.length, candidates)
  const found = candidates.map(({ recordId }) => recordId)
  const records = new Map((await readRecords(db, place.workspaceId, found)).map(record => [record.id, record]))
  return items.map((item): PulledRow => {
    if (isBadItem(item)) return { ...nothing, externalId: item.externalId, outcome: 'skipped', reason: item.errorCode }
    const { externalId } = item
    if (item.isDeleted) return { ...nothing, externalId, outcome: 'skipped', reason: 'DELETED' }
    const its = known.get(externalId)
    if (its?.record) return shownKnown(settling, place, its, item)
    const index = unknown.indexOf(item)
    const match = matches[index]!
    if (match.kind === 'ambiguous') {
      const all = ofFirstKey(candidates, index)
      return { ...nothing, externalId, outcome: 'ambiguous', key: keys[all[0]!.rank]!, candidates: idsOf(all) }
    }
    const record = match.kind === 'join' ? records.get(match.recordId) : undefined
    if (!record) {
      const fields = mapping.fieldsOf(JSON.parse(item.json))
      return { ...nothing, externalId, outcome: 'created', fields: changes(mapping.paths, {}, fields) }
    }
    const { workspaceId: workspace_id, pushedChange: pushed_change } = place
    const settled = settleJoin(settling, { id: place.syncId ?? '', workspace_id, pushed_change }, record, item, keys)
    const rank = ofFirstKey(candidates, index, record.id)[0]!.rank
    return { ...shown(settling, place, record, settled, item), outcome: 'matched', key: keys[rank]! }
  })
}

const shownCandidates = 20

function idsOf(candidates: readonly Candidate[]): string[] {
  return [...new Set(candidates.map(({ recordId }) => recordId))].sort().slice(0, shownCandidates)
}

function ofFirstKey(candidates: readonly Candidate[], index: number, recordId?: string): Candidate[] {
  const its = candidates.filter(one => one.index === index && (recordId === undefined || one.recordId === recordId))
  const first = Math.min(...its.map(({ rank }) => rank))
  return its.filter(({ rank }) => rank === first)
}

function shownKnown(settling: Settling, place: PreviewPlace, its: LinkedRecord, item: Item): PulledRow {
  const row = shown(settling, place, its.record!, settleKnown(settling, its, { item }), item)
  const isSame = [row.fields, row.told].every(fields => Object.keys(fields).length === 0) && row.conflicts.length === 0
  return { ...row, outcome: isSame ? 'unchanged' : 'changed' }
}

function shown({ mapping }: Settling, place: PreviewPlace, record: RecordRow, settled: Settled, item: Item): PulledRow {
  const before = mapping.fieldsOf(record.data)
  const after = mapping.fieldsOf(settled.update?.data ?? record.data)
  const base = mapping.fieldsOf(settled.link.base)
  const held = Object.keys(settled.link.conflict?.fields ?? {})
  const open = mapping.writablePaths.filter(path => !held.includes(path))
  return {
    ...{ ...nothing, externalId: item.externalId, outcome: 'changed', recordId: record.id },
    fields: changes(mapping.paths, before, after),
    told: place.pushes ? changes(open, base, after) : {},
    conflicts: held,
  }
}

/** The fields that differ. */
export function changes(
  paths: readonly string[],
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Record<string, FieldChange> {
  const differing = paths.filter(path => !sameValue(before[path], after[path]))
  const member = (name: string, value: unknown) => (value === undefined || value === null ? {} : { [name]: value })
  return Object.fromEntries(
    differing.map(path => [path, { ...member('before', before[path]), ...member('after', after[path]) }]),
  )
}

async function linkedItems(
  db: Executor,
  { workspaceId, syncId }: PreviewPlace,
  items: readonly Item[],
): Promise<Map<string, LinkedRecord>> {
  if (syncId === null || items.length === 0) return new Map()
  const ofItems = await recordsOfItems(
    db,
    workspaceId,
    syncId,
    items.map(({ externalId }) => externalId),
  )
  const recordIds = [...ofItems.values()]
  const links = await readLinks(db, workspaceId, syncId, recordIds)
  const records = new Map((await readRecords(db, workspaceId, recordIds)).map(record => [record.id, record]))
  return new Map(links.map(link => [link.external_id!, { link, record: records.get(link.record_id) }]))
}
