import type { ConnectionParts } from '../../../connections/parts.ts'
import type { Values } from '../../../calls/json-write.ts'
import type { Database, Executor } from '../../../db/database.ts'
import { HubError, isHubError } from '../../../errors.ts'
import { canonicalJson, hashOf, mergePatch } from '../../mapping/canonical.ts'
import type { RecordRow } from '../../links/link-store.ts'
import { writeAll, type Writes } from '../bulk.ts'
import { bringUpToDate, holdIndex } from '../query/term-index.ts'
import { idsByField } from '../query/term-search.ts'
import { readRecords } from '../read-records.ts'
import { newRecordIds } from '../record-ids.ts'
import { checked } from '../records.ts'
import { columnsOf, valueAt } from './columns.ts'
import { readRow, type ReadRow, type RowFault } from './read-cells.ts'

const rowsTogether = 500
const mostTold = 100
const indexForMs = 20_000

export interface ImportRequest {
  collection: string
  /** The rows of the file, the one that names the columns first. */
  rows: string[][]
  /** Columns whose names are no fields: what each is. */
  columns: Readonly<Record<string, string>>
  /** The field by which a row finds its record; `id` where the file has that column. */
  match: string | undefined
  /** Shows what would come of it, and writes nothing. */
  preview: boolean
}

export type RowAction = 'created' | 'updated' | 'unchanged' | 'failed'

/** What comes of a row. The first row, with the names, is 1, as in a spreadsheet. */
export interface RowReport {
  row: number
  action: RowAction
  recordId: string | null
  fault: RowFault | null
  /** What it changes: the fields that it fills, or those that are others then. */
  fields: { field: string; before: unknown; after: unknown }[]
}

export interface ImportReport {
  rows: number
  counts: Record<RowAction, number>
  /** The first rows of a preview; the first that failed, of an import. */
  told: RowReport[]
}

/**
 * Makes records of rows, and changes those that rows find by the field `match`, or by their id: 500 rows in a transaction. A row that
 * cannot be taken says so and harms no other. Two imports of a collection take turns, so that one finds what the other has made.
 * @throws HubError `INVALID_REQUEST` for a file that names no columns; `INDEX_BUILDING` while the records cannot be found by a field yet
 */
export async function importRecords(
  hub: ConnectionParts,
  workspaceId: string,
  actor: string,
  request: ImportRequest,
): Promise<ImportReport> {
  const [names = [], ...rows] = request.rows
  const { collection, preview } = request
  const columns = columnsOf(collection, names, request.columns)
  const match = request.match ?? (columns.includes('id') ? 'id' : undefined)
  if (match !== undefined && !columns.includes(match)) {
    throw new HubError('INVALID_REQUEST', { details: [{ path: 'query.match', message: 'Is no column of the file' }] })
  }
  if (match !== undefined && match !== 'id') await indexFor(hub.db, workspaceId, collection)
  const report: ImportReport = {
    rows: rows.length,
    counts: { created: 0, updated: 0, unchanged: 0, failed: 0 },
    told: [],
  }
  const seen = new Set<string>()
  for (let at = 0; at < rows.length; at += rowsTogether) {
    const batch = rows.slice(at, at + rowsTogether).map((cells, index) => ({
      row: at + index + 2,
      read: unrepeated(seen, match, readRow(collection, columns, cells)),
    }))
    const reports = await hub.db.transaction().execute(async trx => {
      const found = await findMatches(trx, { workspaceId, collection, match }, batch)
      const planned = planRows(batch, match, found)
      if (!preview) await writeAll(hub, trx, workspaceId, new Map([[collection, planned.writes]]), { actor })
      return planned.reports
    })
    for (const one of reports) {
      report.counts[one.action]++
      if (report.told.length < mostTold && (preview || one.action === 'failed')) report.told.push(one)
    }
  }
  return report
}

interface BatchRow {
  row: number
  read: ReadRow | RowFault
}

const isFault = (read: ReadRow | RowFault): read is RowFault => 'message' in read

/** What a row finds its record by. */
function keyOf(match: string | undefined, { id, patch }: ReadRow): string | undefined {
  if (match === undefined) return undefined
  const value = match === 'id' ? id : valueAt(patch, match)
  return value === undefined ? undefined : textOf(value)
}

function unrepeated(seen: Set<string>, match: string | undefined, read: ReadRow | RowFault): ReadRow | RowFault {
  if (match === undefined || isFault(read)) return read
  const key = keyOf(match, read)
  // A row without an id is a new record; one without another key could be any.
  if (key === undefined)
    return match === 'id' ? read : { column: match, message: 'Is empty: nothing tells which record it is' }
  if (seen.has(key)) return { column: match, message: 'Is that of a row before' }
  seen.add(key)
  return read
}

interface Matching {
  workspaceId: string
  collection: string
  match: string | undefined
}

/** Most of the terms are made before: what is left is made while they are held. */
async function indexFor(db: Database, workspaceId: string, collection: string): Promise<void> {
  const { indexed, changes } = await bringUpToDate(db, workspaceId, collection, indexForMs)
  if (indexed < changes)
    throw new HubError('INDEX_BUILDING', { retryAfterMs: 1_000, details: { indexed, of: changes } })
}

/** The records that rows find, by their keys, locked in the order of their ids. */
async function findMatches(
  trx: Executor,
  { workspaceId, collection, match }: Matching,
  batch: readonly BatchRow[],
): Promise<Map<string, RecordRow[]>> {
  const keys = batch.flatMap(({ read }) => (isFault(read) ? [] : (keyOf(match, read) ?? [])))
  if (match === undefined || keys.length === 0) return new Map()
  const ids =
    match === 'id'
      ? keys
      : await idsByField(trx, workspaceId, await holdIndex(trx, workspaceId, collection), match, keys)
  const locked = await readRecords(trx, workspaceId, ids, 'for update')
  const records = locked.filter(record => record.collection === collection && record.deleted_at === null)
  const wanted = new Set(keys)
  const byKey = Map.groupBy(records, ({ id, data }) => (match === 'id' ? id : textOf(valueAt(data, match))))
  return new Map([...byKey].filter(([key]) => wanted.has(key)))
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

function planRows(batch: readonly BatchRow[], match: string | undefined, found: ReadonlyMap<string, RecordRow[]>) {
  const ids = newRecordIds(batch.length)
  const writes: Writes = { inserts: [], updates: [] }
  const reports = batch.map(({ row, read }): RowReport => {
    const failed = (fault: RowFault): RowReport => ({ row, action: 'failed', recordId: null, fault, fields: [] })
    if (isFault(read)) return failed(read)
    const key = keyOf(match, read)
    const [record, ...others] = key === undefined ? [] : (found.get(key) ?? [])
    if (others.length > 0) return failed({ column: match!, message: `Is that of ${others.length + 1} records` })
    if (!record && match === 'id' && key !== undefined)
      return failed({ column: 'id', message: 'There is no such record' })
    try {
      return planned(row, read.patch, record, record?.id ?? ids.shift()!, writes)
    } catch (error) {
      if (!isHubError(error)) throw error
      return failed({ column: null, message: error.message })
    }
  })
  return { writes, reports }
}

/** @throws HubError `INVALID_REQUEST` for data that no record may hold */
function planned(row: number, patch: Values, record: RecordRow | undefined, id: string, writes: Writes): RowReport {
  const told = { row, recordId: record?.id ?? null, fault: null }
  const data = checked(record ? mergePatch(record.data, patch) : patch)
  const fields = leavesOf(patch).flatMap(([field, after]) => {
    const before = record ? (valueAt(record.data, field) ?? null) : null
    return canonicalJson(before) === canonicalJson(after) ? [] : [{ field, before, after }]
  })
  if (!record) {
    writes.inserts.push({ id, data })
    return { ...told, action: 'created', fields }
  }
  if (hashOf(canonicalJson(data)).equals(record.hash)) return { ...told, action: 'unchanged', fields: [] }
  writes.updates.push({ id, data, deleted: false, record })
  return { ...told, action: 'updated', fields }
}

function leavesOf(patch: Values, before = ''): [string, unknown][] {
  return Object.entries(patch).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leavesOf(value as Values, `${before}${name}.`)
      : [[before + name, value]],
  )
}
