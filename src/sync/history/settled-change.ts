import type { ChangedField, PushedItem, RecordChangeKind } from '../../db/schema/record-changes.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import type { Echoes, LinkConflict } from '../../db/schema/record-links.ts'
import { sameValue } from '../mapping/canonical.ts'
import type { ConflictPolicy, Fields, Merge } from '../policy.ts'
import { changedField, keptValue } from './fields.ts'
import type { HistoryEntry } from './write-history.ts'

/** What settling an item with its record comes to, for the record's history. */
export type SettledChange = Omit<HistoryEntry, 'recordId'>

/** What is known of one merge of a record with its item. */
export interface Merged {
  merge: Merge
  /** The record's mapped fields before it, and those that are taken from the platform. */
  data: Fields
  taken: readonly string[]
  provider: Fields
  /** What both sides last agreed on. */
  base: Fields
  echoes: Echoes | null
  /** What was held before: it is no news. */
  conflict: LinkConflict | null
  policy: ConflictPolicy
  /** The record's version afterwards. */
  version: number
}

/** What a merge did; undefined when it did nothing that a person would ask about. */
export function mergeChange(merged: Merged): SettledChange | undefined {
  const { merge, data, taken, provider, conflict, policy, version } = merged
  const fields: ChangedField[] = taken
    .filter(path => !sameValue(merge.hub[path], data[path]))
    .map(path => ({
      ...changedField(path, data[path], merge.hub[path]),
      ...(isEcho(merged, path) ? { echo: true as const } : {}),
      ...(merge.winners[path] === 'provider' ? { winner: 'provider' as const, ...lost(data[path]) } : {}),
    }))
  const isUpdate = fields.length > 0
  const known = conflict?.fields ?? {}
  for (const [path, winner] of Object.entries(merge.winners)) {
    if (winner === 'provider' || (winner === 'held' && Object.hasOwn(known, path))) continue
    fields.push({ ...changedField(path, undefined, data[path]), winner, ...lost(provider[path]) })
  }
  if (fields.length === 0) return undefined
  const decided = fields.some(({ winner }) => winner !== undefined)
  const kind = isUpdate ? 'updated' : fields.some(({ winner }) => winner === 'held') ? 'held' : 'kept'
  return { kind, version, fields, ...(decided ? { policy } : {}) }
}

/** What became of a deletion; with the policy where the other side had changed the record. */
export function deletionChange(
  kind: Extract<RecordChangeKind, 'deleted' | 'restored' | 'kept' | 'held'>,
  version: number,
  policy?: ConflictPolicy,
  fields: ChangedField[] = [],
): SettledChange {
  return { kind, version, fields, ...(policy === undefined ? {} : { policy }) }
}

/**
 * What the platform was told of a record, and what came of it. A create is told the whole record: its fields are not said again.
 * @param settled what its answer changed in the record: the platform's own form of what it was told, or another's change
 */
export function pushedChange(
  { write, values }: PushItem,
  base: Fields,
  told: { version: number; externalId: string | null; externalVersion: string | null },
  settled: SettledChange | undefined,
): SettledChange {
  const fields = new Map<string, ChangedField>()
  if (write.kind === 'update') {
    for (const [path, value] of Object.entries(values)) {
      if (!sameValue(value, base[path])) fields.set(path, changedField(path, base[path], value))
    }
  }
  for (const field of settled?.fields ?? []) {
    const isOwn = field.winner === undefined && sameValue(field.before, values[field.path])
    fields.set(field.path, { ...fields.get(field.path), ...field, ...(isOwn ? { echo: true as const } : {}) })
  }
  const push: PushedItem = { kind: write.kind, externalId: told.externalId, externalVersion: told.externalVersion }
  return {
    ...{ kind: 'pushed', version: told.version, fields: [...fields.values()], push },
    ...(settled?.policy === undefined ? {} : { policy: settled.policy }),
  }
}

/** Whether what the platform shows is its own form of what it was told. */
function isEcho({ echoes, base, provider }: Merged, path: string): boolean {
  const told = echoes?.[path]?.told
  return told !== undefined && sameValue(told, base[path]) && !sameValue(told, provider[path])
}

function lost(value: unknown): { lost?: unknown } {
  const kept = keptValue(value)
  return kept === undefined ? {} : { lost: kept }
}
