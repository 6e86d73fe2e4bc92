import { createHash } from 'node:crypto'
import type { PushItem } from '../../db/schema/push-calls.ts'
import type { Values } from '../../calls/json-write.ts'
import { takes } from '../../calls/writes/write.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { mergePatch, sameValue } from '../mapping/canonical.ts'
import { asPlatformHas } from '../links/echoes.ts'
import { isHeld } from './held-writes.ts'
import type { Link, RecordRow } from '../links/link-store.ts'
import { isEmpty } from '../mapping/field.ts'
import type { Known, MissingReference } from '../mapping/known.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { Fields } from '../policy.ts'

/** A record that this sync's platform may have to be told of, with its link if it has one. */
export interface PushCandidate {
  record: RecordRow
  link: Link | undefined
}

/** What a candidate needs: a write, a look at its item, only its link brought up to date, or nothing. */
export type Plan =
  | { kind: 'write'; item: PushItem }
  /** Records that it names have to be at the platform first. */
  | { kind: 'waits'; missing: readonly MissingReference[] }
  | { kind: 'read' }
  /** `untold`: fields that the platform cannot be told. */
  | { kind: 'touch'; untold?: readonly string[] }
  | { kind: 'skip' }
  | { kind: 'empty' }

/** @param known the items of the records that it may name */
export function planPush(mapping: Mapping, { record, link }: PushCandidate, known?: Known): Plan {
  const { model } = mapping
  if (link?.push_key != null || link?.conflict?.deleted !== undefined || isHeld(link)) return { kind: 'skip' }
  const isThere = link !== undefined && link.external_id !== null && !link.gone
  const kind = record.deleted_at !== null ? 'delete' : isThere || isMarked(mapping, link) ? 'update' : 'create'
  if (kind === 'delete' && !isThere) return link ? { kind: 'touch' } : { kind: 'skip' }
  if (!takes(model, kind)) return link ? { kind: 'touch' } : { kind: 'skip' }
  // Whatever the platform has there is looked at before it is told anything.
  if (kind === 'update' && isThere && link.base === null) return { kind: 'read' }
  const base = mapping.fieldsOf(link?.base)
  const values = asPlatformHas(link?.echoes ?? null, base, mapping.fieldsOf(record.data))
  // What is held for a person stays as the two sides last agreed on it.
  for (const path of Object.keys(link?.conflict?.fields ?? {})) values[path] = base[path]
  // So does what the platform has and does not fit: it is told nothing of that.
  for (const [path, code] of Object.entries(link?.field_errors ?? {})) {
    if (code === 'FIELD_UNFIT') values[path] = base[path]
  }
  const untold = mapping.untold(
    values,
    mapping.writablePaths.filter(path => !sameValue(values[path], base[path])),
    base,
  )
  for (const path of untold) values[path] = base[path]
  if (kind === 'update' && !link?.gone && mapping.writablePaths.every(path => sameValue(values[path], base[path]))) {
    return link?.error_code === 'INVALID_ITEM' ? { kind: 'read' } : { kind: 'touch', untold }
  }
  const write = writeOf(mapping, kind, link, values, base, known)
  if (!write) return { kind: 'empty' }
  return Array.isArray(write)
    ? { kind: 'waits', missing: write }
    : { kind: 'write', item: { recordId: record.id, write, values } }
}

/**
 * The write that brings an item to these values; undefined when it would say nothing that the platform takes, and what it would
 * name where that is not at the platform.
 */
function writeOf(
  mapping: Mapping,
  kind: 'create' | 'update' | 'delete',
  link: Link | undefined,
  values: Fields,
  base: Fields,
  known: Known | undefined,
): PushItem['write'] | MissingReference[] | undefined {
  const { external_id: externalId = null, external_version: version = null } = link ?? {}
  if (kind === 'delete' && externalId !== null) return { kind: 'delete', externalId, version }
  const isNew = kind === 'create' || externalId === null
  const { body: changed, missing, unfit } = mapping.tell(values, isNew ? undefined : base, known)
  if (missing.length > 0) return missing
  if (isNew) return lacksNeeded(mapping.model, values, unfit) ? undefined : changed && { kind: 'create', body: changed }
  const body = link?.gone ? restored(mapping.model, changed ?? {}) : changed
  return body && { kind: 'update', externalId, version, body }
}

/** Whether something is missing, or cannot be told, without which nothing new is made. */
function lacksNeeded({ fields }: ModelDefinition, values: Fields, unfit: readonly string[]): boolean {
  return fields.some(([path, , options]) => options?.needed && (isEmpty(values[path]) || unfit.includes(path)))
}

/** The body of an update that also brings an item back which counts as deleted. */
function restored({ delete: deletion }: ModelDefinition, body: Values): Values {
  return deletion?.kind === 'mark' ? mergePatch(body, deletion.restore) : body
}

/**
 * The key of one call: the same for the same items at the same versions, and another one after a refusal, which the platform
 * may have kept as its answer. At most 50 characters, as QuickBooks takes.
 */
export function pushKeyOf(
  syncId: string,
  group: readonly PushItem[],
  candidates: ReadonlyMap<string, PushCandidate>,
): string {
  const parts = group.map(({ recordId, write }) => {
    const { record, link } = candidates.get(recordId)!
    return [recordId, record.version, link?.failures ?? 0, write.kind, write.kind === 'create' ? null : write.version]
  })
  return createHash('sha256')
    .update(JSON.stringify([syncId, parts]))
    .digest('base64url')
}

/** Whether a deleted item comes back by an update, because deleting it only marked it. */
function isMarked({ model }: Mapping, link: Link | undefined): boolean {
  return link !== undefined && link.gone && link.external_id !== null && model.delete?.kind === 'mark'
}
