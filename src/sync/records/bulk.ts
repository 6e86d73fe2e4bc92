import type { ConnectionParts } from '../../connections/parts.ts'
import type { Values } from '../../calls/json-write.ts'
import type { Executor } from '../../db/database.ts'
import { HubError, isHubError } from '../../errors.ts'
import { changedFields } from '../history/fields.ts'
import { writeHistory, type Author, type HistoryEntry } from '../history/write-history.ts'
import { canonicalJson, hashOf, mergePatch } from '../mapping/canonical.ts'
import type { RecordRow } from '../links/link-store.ts'
import { publishRecordEvents } from './events.ts'
import { newRecordIds } from './record-ids.ts'
import { readRecords } from './read-records.ts'
import { writeRecords, type RecordInsert, type RecordUpdate } from './record-writes.ts'
import { checked } from './records.ts'
import { demandFit } from './unfit.ts'

/** One of many things to do with records. */
export type Operation =
  | { op: 'create'; collection: string; data: Values }
  | { op: 'update'; id: string; data: Values; ifVersion?: number | undefined }
  | { op: 'delete'; id: string; ifVersion?: number | undefined }

/** What became of an operation, in its place; a deleted record is shown as its tombstone. */
export type Outcome = { record: RecordRow; error?: never } | { error: HubError; record?: never }

/** What is to be written of one collection. */
export interface Writes {
  inserts: RecordInsert[]
  updates: (RecordUpdate & { record: RecordRow })[]
}

/**
 * Carries out many operations in one transaction. Each fails for itself; with `atomic` none is done unless all can be, and those that
 * could be say `CONFLICT`. A record is in one of them at most. Records are locked in the order of their ids, then collections in the
 * order of their names, as everywhere.
 */
export async function carryOut(
  hub: ConnectionParts,
  workspaceId: string,
  operations: readonly Operation[],
  actor: string,
  { atomic }: { atomic: boolean },
): Promise<Outcome[]> {
  return hub.db.transaction().execute(async trx => {
    const known = await lockRecords(trx, workspaceId, operations)
    const newIds = newRecordIds(operations.filter(({ op }) => op === 'create').length)
    const writes = new Map<string, Writes>()
    const ids = new Map<number, string>()
    const errors = new Map<number, HubError>()
    const used = new Set<string>()
    for (const [index, operation] of operations.entries()) {
      try {
        const id = operation.op === 'create' ? newIds.shift()! : operation.id
        if (used.has(id))
          throw new HubError('INVALID_REQUEST', { message: 'This record is in another operation already.' })
        plan(operation, `body.operations.${index}.data`, id, known.get(id), writes)
        used.add(id)
        ids.set(index, id)
      } catch (error) {
        if (!isHubError(error)) throw error
        errors.set(index, error)
      }
    }
    const isGivenUp = atomic && errors.size > 0
    if (!isGivenUp) await writeAll(hub, trx, workspaceId, writes, { actor })
    const records = isGivenUp ? new Map<string, RecordRow>() : await recordsById(trx, workspaceId, [...used])
    return operations.map((_, index) => outcomeOf(errors.get(index), records.get(ids.get(index) ?? '')))
  })
}

function outcomeOf(error: HubError | undefined, record: RecordRow | undefined): Outcome {
  if (error) return { error }
  return record
    ? { record }
    : { error: new HubError('CONFLICT', { message: 'Not done: another operation could not be.' }) }
}

/** @param place the way to its data in the request @throws HubError why the operation cannot be done */
function plan(
  operation: Operation,
  place: string,
  id: string,
  record: RecordRow | undefined,
  writes: Map<string, Writes>,
): void {
  if (operation.op === 'create') {
    demandFit(operation.collection, operation.data, place)
    writesOf(writes, operation.collection).inserts.push({ id, data: checked(operation.data) })
    return
  }
  if (!record || record.deleted_at !== null) throw new HubError('RECORD_NOT_FOUND')
  if (operation.ifVersion !== undefined && operation.ifVersion !== record.version) {
    const message = 'The record has changed since.'
    throw new HubError('CONFLICT', { message, details: { version: record.version } })
  }
  const { updates } = writesOf(writes, record.collection)
  if (operation.op === 'delete') return void updates.push({ id, data: record.data, deleted: true, record })
  demandFit(record.collection, operation.data, place)
  const data = checked(mergePatch(record.data, operation.data))
  if (!hashOf(canonicalJson(data)).equals(record.hash)) updates.push({ id, data, deleted: false, record })
}

function writesOf(writes: Map<string, Writes>, collection: string): Writes {
  let of = writes.get(collection)
  if (!of) writes.set(collection, (of = { inserts: [], updates: [] }))
  return of
}

/** What a record's history says of a change. */
function entryOf({ id, data, deleted, record }: Writes['updates'][number]): HistoryEntry {
  const fields = changedFields(record.data, data)
  return { recordId: id, kind: deleted ? 'deleted' : 'updated', version: record.version + 1, fields }
}

/** Writes new and changed records with their history, in the caller's transaction, and publishes that. */
export async function writeAll(
  hub: ConnectionParts,
  trx: Executor,
  workspaceId: string,
  writes: ReadonlyMap<string, Writes>,
  by: Author,
): Promise<void> {
  const inOrder = [...writes].sort(([one], [other]) => (one < other ? -1 : 1))
  for (const [collection, { inserts, updates }] of inOrder) {
    const next = updates.map(({ id, data, deleted }) => ({ id, data, deleted }))
    await writeRecords(trx, workspaceId, collection, inserts, next, by)
  }
  const changes = inOrder.flatMap(([, { updates }]) => updates.map(entryOf))
  await writeHistory(trx, workspaceId, by, changes)
  for (const [collection, { inserts, updates }] of inOrder) {
    const [gone, changed] = [updates.filter(({ deleted }) => deleted), updates.filter(({ deleted }) => !deleted)]
    await publishRecordEvents(
      hub,
      trx,
      workspaceId,
      { collection },
      {
        'record.created': inserts.map(({ id }) => id),
        'record.updated': changed.map(({ id }) => id),
        'record.deleted': gone.map(({ id }) => id),
      },
    )
  }
}

async function lockRecords(
  trx: Executor,
  workspaceId: string,
  operations: readonly Operation[],
): Promise<Map<string, RecordRow>> {
  const ids = operations.flatMap(operation => (operation.op === 'create' ? [] : [operation.id]))
  return recordsById(trx, workspaceId, ids, 'for update')
}

async function recordsById(
  trx: Executor,
  workspaceId: string,
  ids: readonly string[],
  lock?: 'for update',
): Promise<Map<string, RecordRow>> {
  return new Map((await readRecords(trx, workspaceId, ids, lock)).map(record => [record.id, record]))
}
