import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { includedIn } from '../../../sync/records/includes.ts'
import { queryRecords } from '../../../sync/records/query/query-records.ts'
import { sortValueKind } from '../../../sync/records/query/sorts.ts'
import { createRecords, deleteRecord, findRecord, listRecords, updateRecord } from '../../../sync/records/records.ts'
import { instant } from '../../fields.ts'
import { cursorAt, pageOf, pageQueryUpTo, positionAt } from '../../pagination.ts'
import { route, type AnyRoute, type Call } from '../../route.ts'
import { etagOf, versionOf } from './record-etags.ts'
import { conditionsOf, filterField, includeField, searchField, sortField, sortOf } from './record-query.ts'
import { dataField, flag, recordSchema, showRecord } from './record-schema.ts'
import { collectionField } from '../sync/sync-schema.ts'

const tag = 'Records'
const url = '/v1/records'
const one = z.strictObject({ recordId: z.string() })

const listQuery = pageQueryUpTo(1000).extend({
  collection: collectionField,
  filter: filterField.optional(),
  search: searchField.optional(),
  sort: sortField.optional(),
  include: includeField.optional(),
  updatedSince: instant.optional(),
  deleted: flag.default(false),
})

const includedField = z
  .array(recordSchema)
  .optional()
  .meta({ description: 'With `include`: the records that these refer to, each once' })

const listReply = z.strictObject({
  data: z.array(recordSchema),
  nextCursor: z
    .string()
    .nullable()
    .meta({ description: 'Pass it as `cursor` for the next page; null when there is no more now' }),
  watermark: z.string().nullable().meta({
    description:
      'Pass it as `cursor` later for what has changed behind this page; null where records are filtered, searched or sorted',
  }),
  included: includedField,
})

type ListCall = Call<unknown, z.output<typeof listQuery>, unknown>

/** Canonical records, by collection. */
export function recordRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'GET',
      url,
      access: 'records:read',
      summary: 'List, filter and search the records of a collection',
      description:
        'In the order of their last changes. To follow a collection, keep `watermark` and give it as `cursor` later: what has changed since comes, and nothing is missed, whatever commits in between. `deleted=true` includes tombstones. A page may be short, or empty, while `nextCursor` says that there is more: each looks at a bounded number of records.\n\nWith `filter`, `search` or `sort` the newest come first unless `sort` says otherwise, and what would read too many records is refused as `QUERY_TOO_BROAD`.',
      query: listQuery,
      reply: listReply,
      errors: ['INVALID_CURSOR', 'QUERY_TOO_BROAD', 'INDEX_BUILDING'],
      async handler(call) {
        const { filter, search, sort, include } = call.query
        const isQuery = filter !== undefined || search !== undefined || sort !== undefined
        const { records, ...rest } = isQuery ? await queried(hub, call) : await listed(hub, call)
        const included = include && (await includedIn(hub.db, call.caller.workspaceId, records, include))
        return { data: records.map(showRecord), ...rest, ...(included && { included: included.map(showRecord) }) }
      },
    }),
    route({
      tag,
      method: 'POST',
      url,
      access: 'records:write',
      summary: 'Create a record',
      body: z.strictObject({ collection: collectionField, data: dataField }),
      status: 201,
      reply: recordSchema,
      headers: etagOf,
      idempotent: true,
      async handler({ body, caller }) {
        const { collection, data } = body
        const { workspaceId, apiKeyId } = caller
        const [record] = await createRecords(hub, workspaceId, collection, [data], apiKeyId, () => 'body.data')
        return showRecord(record!)
      },
    }),
    route({
      tag,
      method: 'GET',
      url: '/v1/records/:recordId',
      access: 'records:read',
      summary: 'Get a record',
      params: one,
      query: z.strictObject({ deleted: flag.default(false), include: includeField.optional() }),
      reply: recordSchema.extend({ included: includedField }),
      headers: etagOf,
      errors: ['RECORD_NOT_FOUND', 'QUERY_TOO_BROAD'],
      async handler({ params, query, caller }) {
        const record = await findRecord(hub.db, caller.workspaceId, params.recordId, query)
        const included = query.include && (await includedIn(hub.db, caller.workspaceId, [record], query.include))
        return { ...showRecord(record), ...(included && { included: included.map(showRecord) }) }
      },
    }),
    route({
      tag,
      method: 'PATCH',
      url: '/v1/records/:recordId',
      access: 'records:write',
      summary: 'Change a record',
      description:
        'Merges `data` into the record (RFC 7396): members replace, null removes, the rest stays. With `If-Match`, or `ifVersion`, only if the record is still at that version.',
      params: one,
      body: z.strictObject({ data: dataField, ifVersion: z.int().positive().optional() }),
      reply: recordSchema,
      headers: etagOf,
      ifMatch: true,
      errors: ['RECORD_NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED'],
      handler: ({ params, body, caller, request }) =>
        versionOf(request, body.ifVersion, async version =>
          showRecord(await updateRecord(hub, caller.workspaceId, params.recordId, body.data, caller.apiKeyId, version)),
        ),
    }),
    route({
      tag,
      method: 'DELETE',
      url: '/v1/records/:recordId',
      access: 'records:write',
      summary: 'Delete a record',
      description: 'It stays as a tombstone, so that whoever follows the collection and every sync learns of it.',
      params: one,
      query: z.strictObject({ ifVersion: z.coerce.number().int().positive().optional() }),
      status: 204,
      reply: z.void(),
      ifMatch: true,
      errors: ['RECORD_NOT_FOUND', 'CONFLICT', 'PRECONDITION_FAILED'],
      handler: ({ params, query, caller, request }) =>
        versionOf(request, query.ifVersion, version =>
          deleteRecord(hub, caller.workspaceId, params.recordId, caller.apiKeyId, version),
        ),
    }),
  ]
}

async function listed(hub: Hub, { query, caller }: ListCall) {
  const { limit, cursor } = query
  const { records, edge, isEnd } = await listRecords(hub.db, caller.workspaceId, {
    collection: query.collection,
    after: Number(positionAt(cursor, 'record', 'number')?.sort ?? 0),
    updatedSince: query.updatedSince === undefined ? undefined : new Date(query.updatedSince),
    deleted: query.deleted,
    limit,
  })
  const watermark = edge ? cursorAt({ id: edge.id, sort: edge.change }) : (cursor ?? null)
  return { records, nextCursor: isEnd ? null : watermark, watermark }
}

async function queried(hub: Hub, { query, caller }: ListCall) {
  const { limit, cursor, collection } = query
  const sort = sortOf(collection, query.sort)
  const found = await queryRecords(hub.db, caller.workspaceId, {
    collection,
    conditions: conditionsOf(collection, query.filter),
    search: query.search,
    sort,
    after: positionAt(cursor, 'record', sortValueKind(sort)),
    updatedSince: query.updatedSince === undefined ? undefined : new Date(query.updatedSince),
    deleted: query.deleted,
    limit: limit + 1,
  })
  const page = pageOf(
    found,
    limit,
    record => record,
    ({ id, sort_value }) => (sort_value === null ? { id } : { id, sort: sort_value }),
  )
  return { records: page.data, nextCursor: page.nextCursor, watermark: null }
}
