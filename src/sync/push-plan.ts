import { createHash } from 'node:crypto'
import type { PushIntent } from '../db/schema/record-links.ts'
import type { Link, RecordRow } from './link-store.ts'
import type { Mapping } from './mapping.ts'
import { sameValue } from './canonical.ts'
import { restored, takes, type ThingWrite } from './thing-calls.ts'

/** A record that this sync's platform may have to be told of, with its link if it has one. */
export interface PushCandidate {
  record: RecordRow
  link: Link | undefined
}

/** One write that is to be made, or was under way when a run broke off. */
export interface PlannedWrite {
  recordId: string
  intent: PushIntent
  write: ThingWrite
}

/** What a candidate needs: a write, only its link brought up to date, or nothing. */
export type Plan = { kind: 'write'; planned: PlannedWrite } | { kind: 'touch' } | { kind: 'skip' } | { kind: 'empty' }

export function planPush(mapping: Mapping, { record, link }: PushCandidate): Plan {
  const { model } = mapping
  if (link?.push_key != null || link?.conflict?.deleted !== undefined) return { kind: 'skip' }
  const isThere = link !== undefined && link.external_id !== null && !link.gone
  const kind = record.deleted_at !== null ? 'delete' : isThere || isMarked(mapping, link) ? 'update' : 'create'
  if (kind === 'delete' && !isThere) return link ? { kind: 'touch' } : { kind: 'skip' }
  if (!takes(model, kind)) return link ? { kind: 'touch' } : { kind: 'skip' }
  const values = mapping.fieldsOf(record.data)
  // What is held for a person stays as the two sides last agreed on it.
  const base = mapping.fieldsOf(link?.base)
  for (const path of Object.keys(link?.conflict?.fields ?? {})) values[path] = base[path]
  if (kind === 'update' && !link?.gone && mapping.writablePaths.every(path => sameValue(values[path], base[path]))) {
    return { kind: 'touch' }
  }
  const planned = plannedWrite(mapping, record.id, link, { kind, values })
  return planned ? { kind: 'write', planned } : { kind: 'empty' }
}

/** The write of an intent; undefined when it would say nothing that the platform takes. */
export function plannedWrite(
  mapping: Mapping,
  recordId: string,
  link: Link | undefined,
  intent: PushIntent,
): PlannedWrite | undefined {
  const { external_id: externalId = null, external_version: version = null } = link ?? {}
  if (intent.kind === 'create' || externalId === null) {
    const body = mapping.bodyOf(intent.values, undefined)
    return body && { recordId, intent, write: { kind: 'create', body } }
  }
  if (intent.kind === 'delete') return { recordId, intent, write: { kind: 'delete', externalId, version } }
  const changed = mapping.bodyOf(intent.values, mapping.fieldsOf(link?.base))
  const body = link?.gone ? restored(mapping.model, changed ?? {}) : changed
  return body && { recordId, intent, write: { kind: 'update', externalId, version, body } }
}

/** Writes that go out in one call each: as many as the platform takes at once. */
export function groupWrites(mapping: Mapping, writes: readonly PlannedWrite[]): PlannedWrite[][] {
  const { batch, delete: deletion } = mapping.model
  if (!batch) return writes.map(write => [write])
  const isBatched = ({ write }: PlannedWrite) => write.kind !== 'delete' || deletion?.kind === 'mark'
  const batched = writes.filter(isBatched)
  const groups = Array.from({ length: Math.ceil(batched.length / batch.size) }, (_, index) =>
    batched.slice(index * batch.size, (index + 1) * batch.size),
  )
  return [...groups, ...writes.filter(write => !isBatched(write)).map(write => [write])]
}

/** The key of one call: the same for the same things at the same versions. At most 50 characters, as QuickBooks takes. */
export function pushKeyOf(
  syncId: string,
  group: readonly PlannedWrite[],
  versions: ReadonlyMap<string, number>,
): string {
  const parts = group.map(({ recordId, write }) => [
    ...[recordId, versions.get(recordId) ?? 0, write.kind],
    write.kind === 'create' ? null : write.version,
  ])
  return createHash('sha256')
    .update(JSON.stringify([syncId, parts]))
    .digest('base64url')
}

/** Whether a deleted thing comes back by an update, because deleting it only marked it. */
function isMarked({ model }: Mapping, link: Link | undefined): boolean {
  return link !== undefined && link.gone && link.external_id !== null && model.delete?.kind === 'mark'
}
