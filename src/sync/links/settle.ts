import { newId } from '../../ids.ts'
import type { Values } from '../../calls/json-write.ts'
import { sameValue } from '../mapping/canonical.ts'
import { deletionChange, mergeChange, type SettledChange } from '../history/settled-change.ts'
import { changedFields } from '../history/fields.ts'
import { asPlatformHas, echoesOfAnswer, echoesOfChange } from './echoes.ts'
import type { Link, LinkedRecord, LinkWrite, RecordRow } from './link-store.ts'
import { inConflict, isAsSeen, seen, stillFailing, unchanged } from './link-rows.ts'
import { fieldErrorsOf, keepGaps } from '../mapping/gaps.ts'
import { reformed } from '../mapping/reformed.ts'
import type { UnresolvedReference } from '../mapping/known.ts'
import type { Mapping, Item } from '../mapping/mapping.ts'
import { mergeFields, winnerOf, type ConflictPolicy, type Fields } from '../policy.ts'
import type { RecordInsert, RecordUpdate } from '../records/record-writes.ts'

/** A change at the platform: an item as it is now, or a tombstone. */
export type Change =
  { item: Item } | { tombstone: true; externalId: string; version: string | null; at: Date | undefined }

/** What is to be written so that hub and platform agree as far as the policy lets them. */
export interface Settled {
  insert?: RecordInsert
  update?: RecordUpdate
  link: LinkWrite
  /** How many fields, or whole items, both sides had changed. */
  collisions: number
  /** What the record's history says of it. */
  change?: SettledChange | undefined
  /** What of the item names other items that have no records yet. */
  unresolved?: readonly UnresolvedReference[]
}

export interface Settling {
  mapping: Mapping
  policy: ConflictPolicy
  now: Date
}

/** An item that no link knows becomes a record. */
export function settleNew({ mapping, now }: Settling, item: Item, recordId = newId('record')): Settled {
  const data = JSON.parse(item.json) as Values
  return {
    insert: {
      id: recordId,
      data,
      editedAt: item.updatedAt && item.updatedAt < now ? item.updatedAt.toISOString() : null,
    },
    link: { ...seen(mapping, recordId, item, mapping.fieldsOf(data)), recordVersion: 1 },
    collisions: 0,
    ...unresolvedOf(mapping, item),
  }
}

/**
 * Brings together what a link's record says and what the platform has now. `known` stands for what the platform was last
 * known to have, when that is not the link's base: the values of a write that it has just answered.
 */
export function settleKnown(
  settling: Settling,
  { link, record }: LinkedRecord,
  change: Change,
  known?: Fields,
): Settled {
  if ('tombstone' in change) return settleTombstone(settling, link, record, change)
  const { item } = change
  if (!record) return settleNew(settling, item, link.record_id)
  const { mapping, policy } = settling
  const before = mapping.fieldsOf(link.base)
  // What was agreed on of another place says nothing of this one.
  for (const path of mapping.remapped) before[path] = undefined
  const base = known ?? before
  // What could not be read stays as both sides agreed on it.
  const provider = keepGaps(mapping.fieldsOf(JSON.parse(item.json)), base, item.gaps)
  if (record.deleted_at !== null) return settleDeleted(settling, link, record, item, provider, base)

  const data = mapping.fieldsOf(record.data)
  // What the platform has already made of a value of the hub's is no change of the hub's.
  const hub = asPlatformHas(link.echoes, base, data)
  const times = { hubAt: editedAt(record), providerAt: item.updatedAt }
  const agreed = known ? answered(mapping, { before, told: known, hub, provider }) : base
  const merge = mergeFields(mapping.writablePaths, { base: agreed, hub, provider }, policy, times, sameValue)
  for (const path of mapping.fixedPaths) {
    merge.base[path] = provider[path]
    // What the platform says nothing of, and never has, may be another platform's to say.
    merge.hub[path] = (provider[path] ?? before[path] ?? null) === null ? hub[path] : provider[path]
  }
  for (const path of mapping.newPaths) [merge.hub[path], merge.base[path]] = [hub[path], provider[path]]

  const rewritten = reformed(mapping.paths, { base: link.base, data: record.data }, { hub: merge.hub, provider })
  const taken = mapping.paths.filter(path => !sameValue(merge.hub[path], hub[path]) || rewritten.includes(path))
  const changed = rewritten.length > 0 || taken.some(path => !sameValue(merge.hub[path], data[path]))
  const held = Object.keys(merge.held).length > 0
  const version = record.version + (changed ? 1 : 0)
  const open = mapping.writablePaths.filter(
    path => !Object.hasOwn(merge.held, path) && !sameValue(merge.hub[path], merge.base[path]),
  )
  const fieldErrors = fieldErrorsOf(mapping, merge, open, item.gaps)
  const toPush = open.some(path => [undefined, 'REFERENCE_UNKNOWN'].includes(fieldErrors?.[path]))
  const { echoes, conflict } = link
  return {
    change: mergeChange({ merge, data, taken, provider, base, echoes, conflict, policy, version }),
    ...(changed
      ? {
          update: {
            ...edited(record, known ? undefined : (item.updatedAt ?? settling.now), settling.now),
            data: mapping.intoData(record.data, merge.hub, taken),
            deleted: false,
          },
        }
      : {}),
    ...unresolvedOf(mapping, item),
    link: {
      ...seen(mapping, record.id, item, merge.base),
      fieldErrors,
      echoes: known
        ? echoesOfAnswer(link.echoes, mapping.writablePaths, { before, told: known, got: provider })
        : echoesOfChange(link.echoes, base, provider),
      // What the platform does not have yet is found by the version that is behind.
      recordVersion: toPush ? Math.min(link.record_version, version - 1) : version,
      ...(toPush && link.state === 'error' ? stillFailing(link, changed || !isAsSeen(item, link), settling.now) : {}),
      ...(held ? inConflict({ fields: merge.held }) : {}),
    },
    // What is held already was counted when it was found.
    collisions: merge.collided - Object.keys(merge.held).filter(path => path in (link.conflict?.fields ?? {})).length,
  }
}

/** When somebody last edited a record, on whatever side. */
function editedAt(record: RecordRow): Date {
  return record.edited_at ?? record.updated_at
}

/**
 * An update of a record by what its platform shows: an edit of the time that the platform says. What a platform only wrote its own way
 * is none, and wins over nobody's.
 */
function edited(record: RecordRow, at: Date | undefined, now: Date): Pick<RecordUpdate, 'id' | 'editedAt'> {
  const before = editedAt(record)
  const seen = at && at > now ? now : at
  return { id: record.id, editedAt: (seen && seen > before ? seen : before).toISOString() }
}

/**
 * What both sides agree on after a write and its answer. What the platform made of a value that it was told is its way of writing it,
 * and no change that could win over an edit that was made in the hub meanwhile.
 */
function answered(mapping: Mapping, of: { before: Fields; told: Fields; hub: Fields; provider: Fields }): Fields {
  const { before, told, hub, provider } = of
  const outdated = mapping.writablePaths.filter(
    path => !sameValue(told[path], before[path]) && !sameValue(hub[path], told[path]),
  )
  return { ...told, ...Object.fromEntries(outdated.map(path => [path, provider[path]])) }
}

/** The record is a tombstone and the platform has the item. */
function settleDeleted(
  { mapping, policy, now }: Settling,
  link: Link,
  record: RecordRow,
  item: Item,
  provider: Fields,
  base: Fields,
): Settled {
  const link_ = { ...seen(mapping, record.id, item, provider), echoes: link.echoes }
  const data = mapping.intoData(record.data, provider)
  const next = record.version + 1
  const restored = changedFields(record.data, data)
  const restore: Settled = {
    update: { id: record.id, data, deleted: false },
    link: { ...link_, recordVersion: next },
    collisions: 0,
    change: deletionChange('restored', next, undefined, restored),
  }
  // Both had agreed that it is deleted: that it is there again is the platform's change alone.
  if (link.gone && link.record_version === record.version) return restore
  if (mapping.paths.every(path => sameValue(provider[path], base[path]))) {
    return { link: { ...link_, recordVersion: link.record_version }, collisions: 0 }
  }
  switch (winnerOf(policy, { hubAt: record.deleted_at ?? now, providerAt: item.updatedAt })) {
    case 'provider':
      return { ...restore, collisions: 1, change: deletionChange('restored', next, policy, restored) }
    case 'hub': {
      const change = deletionChange('kept', record.version, policy)
      return { link: { ...link_, recordVersion: link.record_version }, collisions: 1, change }
    }
    case 'held':
      return {
        link: { ...link_, recordVersion: link.record_version, ...inConflict({ fields: {}, deleted: 'hub' }) },
        collisions: 1,
        change: deletionChange('held', record.version, policy),
      }
  }
}

/** The platform has the item no more. */
function settleTombstone(
  { mapping, policy, now }: Settling,
  link: Link,
  record: RecordRow | undefined,
  change: { externalId: string; version: string | null; at: Date | undefined },
): Settled {
  // It was known: whatever is open between the two sides stays so.
  if (link.gone && record?.deleted_at === null) {
    return { link: { ...unchanged(link), externalVersion: change.version ?? link.external_version }, collisions: 0 }
  }
  const gone: LinkWrite = {
    ...unchanged(link),
    externalId: change.externalId,
    externalVersion: change.version ?? link.external_version,
    externalUpdatedAt: (change.at ?? link.external_updated_at)?.toISOString() ?? null,
    state: 'ok',
    gone: true,
    conflict: null,
    errorCode: null,
    errorMessage: null,
    providerCode: null,
    failures: 0,
    retryAt: null,
  }
  if (!record || record.deleted_at !== null) {
    return { link: { ...gone, recordVersion: record?.version ?? 0 }, collisions: 0 }
  }
  const tombstone: Settled = {
    update: { id: record.id, data: record.data, deleted: true },
    link: { ...gone, recordVersion: record.version + 1 },
    collisions: 0,
    change: deletionChange('deleted', record.version + 1),
  }
  const base = mapping.fieldsOf(link.base)
  const hub = asPlatformHas(link.echoes, base, mapping.fieldsOf(record.data))
  const edited = mapping.writablePaths.some(path => !sameValue(hub[path], base[path]))
  if (!edited) return tombstone
  switch (winnerOf(policy, { hubAt: editedAt(record), providerAt: change.at ?? now })) {
    case 'provider':
      return { ...tombstone, collisions: 1, change: deletionChange('deleted', record.version + 1, policy) }
    case 'hub': {
      // It is behind, so that the push makes it anew.
      const behind = { ...gone, recordVersion: record.version - 1 }
      return { link: behind, collisions: 1, change: deletionChange('kept', record.version, policy) }
    }
    case 'held': {
      const held = { ...gone, ...inConflict({ fields: {}, deleted: 'provider' }) }
      return { link: held, collisions: 1, change: deletionChange('held', record.version, policy) }
    }
  }
}

/** What is noted of a record's references, where it may have some: none any more counts too. */
function unresolvedOf({ references }: Mapping, { gaps }: Item): Pick<Settled, 'unresolved'> {
  return references.length === 0 ? {} : { unresolved: gaps?.unresolved ?? [] }
}
