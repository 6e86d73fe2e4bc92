import { z } from 'zod'
import { HubError } from '../../../errors.ts'
import { bounded } from '../../../connections/imports/receiving/read-file.ts'
import type { Hub } from '../../../hub.ts'
import { writeJson } from '../../../json/json-text.ts'
import { strictTextOf } from '../../../json/text-of.ts'
import type { RecordRow } from '../../../sync/links/link-store.ts'
import {
  cellOf,
  heldFields,
  isFieldPath,
  knownFields,
  namedColumns,
  withOwn,
  type Column,
} from '../../../sync/records/transfer/columns.ts'
import { ExportPlaces, exportRecords } from '../../../sync/records/transfer/export-records.ts'
import { importRecords } from '../../../sync/records/transfer/import-records.ts'
import { readCsv } from '../../../sync/records/transfer/read-csv.ts'
import { csvRows } from '../../../sync/records/transfer/write-csv.ts'
import { instant } from '../../fields.ts'
import { route, type AnyRoute, type Call, type Caller } from '../../route.ts'
import { conditionsOf, filterField, searchField } from './record-query.ts'
import { importReport, showReport } from './record-import-schema.ts'
import { flag, showRecord } from './record-schema.ts'
import { collectionField } from '../sync/sync-schema.ts'

const tag = 'Records'
const fileBytes = 8 * 1024 * 1024
const types = { ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const

const exportQuery = z.strictObject({
  collection: collectionField,
  format: z.enum(['ndjson', 'csv']).default('ndjson').meta({ description: 'JSON lines, or a table' }),
  columns: z
    .string()
    .max(5_000)
    .refine(text => text.split(',').every(isFieldPath), 'Must be fields, with commas between them')
    .transform(text => text.split(','))
    .optional()
    .meta({ description: 'The columns of a CSV: fields, `id`, `version`, `createdAt`, `updatedAt`, `deletedAt`' }),
  formulas: z.enum(['guarded', 'kept']).default('guarded').meta({
    description:
      '`guarded` puts an apostrophe before what a spreadsheet would take for a formula; an import takes it away',
  }),
  filter: filterField.optional(),
  search: searchField.optional(),
  updatedSince: instant.optional(),
  deleted: flag.default(false),
})

type ExportCall = Call<unknown, z.output<typeof exportQuery>, unknown>

const pathsByName = z
  .record(
    z.string().max(200),
    z.string().refine(path => path === '' || path === 'id' || isFieldPath(path), 'Must be a field'),
  )
  .meta({
    description: 'Columns whose names are no fields: `columns[Mail]=email`; an empty one is passed over',
    style: 'deepObject',
  })

/** Records as files. */
export function recordFileRoutes(hub: Hub): AnyRoute[] {
  const places = new ExportPlaces()
  return [
    route({
      tag,
      method: 'GET',
      url: '/v1/records/export',
      access: 'records:read',
      summary: 'Export the records of a collection',
      description:
        'All that fit, as JSON lines or CSV, in the order of their making: each once, as it is when it is read. An answer that breaks off has no end (its last chunk is missing): such a file is not whole.',
      query: exportQuery,
      reply: z.string(),
      stream: {
        type: { any: ['application/x-ndjson', 'text/csv'], of: ({ format }) => types[format] },
        open: call => begun(textOf(call.query, places.during(call.caller.workspaceId, pagesOf(hub, call))), call.ended),
      },
      errors: ['QUERY_TOO_BROAD', 'INDEX_BUILDING'],
      // Its stream is the answer.
      handler: async () => '',
    }),
    route({
      tag,
      method: 'POST',
      url: '/v1/records/import',
      access: 'records:write',
      summary: 'Import records from a CSV',
      description:
        'The first row names the columns: fields such as `email` or `address.city`. A row changes the record that has the same value in the field `match`, or the same `id`, and makes one where there is none; a cell that is empty changes nothing. `preview=true` shows what would come of it and writes nothing. Up to 20,000 rows and 8 MiB; rows that cannot be taken are told, and harm no other.',
      query: z.strictObject({
        collection: collectionField,
        match: z.string().refine(isFieldPath, 'Must be a field').optional().meta({
          description: 'The field by which a row finds its record; `id` where the file has such a column',
        }),
        columns: pathsByName.optional(),
        preview: flag.default(false).meta({ description: '`true` writes nothing' }),
      }),
      body: z.strictObject({ csv: z.string().meta({ description: 'The file as a text' }) }),
      bodyLimit: fileBytes + 1_000_000,
      file: {
        types: ['text/csv'],
        bodyLimit: fileBytes,
        async handler({ query, caller }, _type, bytes) {
          const chunks: Buffer[] = []
          for await (const chunk of bounded(bytes, fileBytes)) chunks.push(chunk)
          const text = strictTextOf(Buffer.concat(chunks))
          if (text === undefined) throw new HubError('INVALID_REQUEST', { message: 'The file is not UTF-8.' })
          return imported(hub, query, caller, text)
        },
      },
      reply: importReport,
      errors: ['BODY_TOO_LARGE'],
      handler: ({ query, caller, body }) => imported(hub, query, caller, body.csv),
    }),
  ]
}

/** The pages of an export. */
function pagesOf(hub: Hub, { query, caller }: ExportCall): AsyncGenerator<RecordRow[]> {
  return exportRecords(hub.db, caller.workspaceId, {
    collection: query.collection,
    conditions: conditionsOf(query.collection, query.filter),
    search: query.search,
    updatedSince: query.updatedSince === undefined ? undefined : new Date(query.updatedSince),
    deleted: query.deleted,
  })
}

/** Its pages as text. What a collection of a workspace's own has for columns, its first records say. */
async function* textOf(query: ExportCall['query'], pages: AsyncIterable<RecordRow[]>): AsyncGenerator<string> {
  if (query.format === 'ndjson') {
    for await (const page of pages) yield page.map(record => `${writeJson(showRecord(record))}\n`).join('')
    return
  }
  const isGuarded = query.formulas === 'guarded'
  let columns = columnsAskedFor(query)
  if (columns) yield headOf(columns)
  for await (const page of pages) {
    if (!columns) yield headOf((columns = withOwn(heldFields(page))))
    const of: readonly Column[] = columns
    const rows = page.map(record => of.map(column => cellOf(record, column)))
    yield csvRows(rows, isGuarded)
  }
}

function columnsAskedFor({ collection, columns }: ExportCall['query']): Column[] | undefined {
  if (columns) return namedColumns(collection, columns)
  const known = knownFields(collection)
  return known && withOwn(known)
}

const headOf = (columns: readonly Column[]) => csvRows([columns.map(({ name }) => name)])

/**
 * Begins with the first piece, so that what cannot be begun is answered as an error. Where the call ends before its pieces do, the
 * answer breaks off: a file that is not whole does not look like one that is.
 */
async function begun(pieces: AsyncGenerator<string>, ended: AbortSignal): Promise<AsyncIterable<string>> {
  const letGo = () => void pieces.return(undefined)
  ended.addEventListener('abort', letGo, { once: true })
  const first = await pieces.next()
  let isBegun = false
  const next = async (): Promise<IteratorResult<string>> => {
    const piece = isBegun ? await pieces.next() : first
    isBegun = true
    if (ended.aborted) throw new HubError('REQUEST_TIMEOUT', { message: 'The export was broken off.' })
    return piece
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: () => pieces.return(undefined) }) }
}

async function imported(
  hub: Hub,
  query: {
    collection: string
    match?: string | undefined
    columns?: Record<string, string> | undefined
    preview: boolean
  },
  caller: Caller,
  csv: string,
): Promise<z.output<typeof importReport>> {
  const { collection, match, columns = {}, preview } = query
  const rows = await readCsv(csv)
  const request = { collection, rows, columns, match, preview }
  return showReport(preview, await importRecords(hub, caller.workspaceId, caller.apiKeyId, request))
}
