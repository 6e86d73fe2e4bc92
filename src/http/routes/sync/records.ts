import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import type { RecordRow } from '../../../sync/links/link-store.ts'
import { createRecords, deleteRecord, findRecord, listRecords, updateRecord } from '../../../sync/records/records.ts'
import { idField, instant, jsonField } from '../../fields.ts'
import { cursorAt, pageQueryUpTo, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { collectionField } from './sync-schema.ts'

const tag = 'Records'
const url = '/v1/records'
const one = z.strictObject({ recordId: z.string() })
const dataField = z.record(z.string().max(200), jsonField)
const bulkLimit = 8 * 1024 * 1024
const flag = z.enum(['true', 'false']).transform(text => text === 'true')

const recordSchema = z
  .strictObject({
    id: idField('record'),
    collection: z.string(),
    data: z.record(z.string(), z.unknown()),
    version: z.int().meta({ description: 'Raised by each change' }),
    createdAt: instant,
    updatedAt: instant,
    deletedAt: instant.nullable().meta({ description: 'Set for a tombstone' }),
  })
  .meta({ id: 'Record' })

function showRecord(record: RecordRow): z.output<typeof recordSchema> {
  return {
    id: record.id,
    collection: record.collection,
    data: record.data,
    version: record.version,
    createdAt: record.created_at.toISOString(),
    updatedAt: record.updated_at.toISOString(),
    deletedAt: record.deleted_at?.toISOString() ?? null,
  }
}

/** Canonical records, by collection. */
export function recordRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'GET',
      url,
      access: 'records:read',
      summary: 'List the records of a collection',
      description:
        'In the order of their last changes. To follow a collection, keep `watermark` and give it as `cursor` later: what has changed since comes, and nothing is missed, whatever commits in between. `deleted=true` includes tombstones. A page may be short, or empty, while `nextCursor` says that there is more: each looks at a bounded number of records.',
      query: pageQueryUpTo(1000).extend({
        collection: collectionField,
        updatedSince: instant.optional(),
        deleted: flag.default(false),
      }),
      reply: z.strictObject({
        data: z.array(recordSchema),
        nextCursor: z
          .string()
          .nullable()
          .meta({ description: 'Pass it as `cursor` for the next page; null when there is no more now' }),
        watermark: z
          .string()
          .nullable()
          .meta({ description: 'Pass it as `cursor` later for what has changed behind this page' }),
      }),
      errors: ['INVALID_CURSOR'],
      async handler({ query, caller }) {
        const { limit, cursor } = query
        const { records, edge, isEnd } = await listRecords(hub.db, caller.workspaceId, {
          collection: query.collection,
          after: Number(positionAt(cursor, 'record', 'number')?.sort ?? 0),
          updatedSince: query.updatedSince === undefined ? undefined : new Date(query.updatedSince),
          deleted: query.deleted,
          limit,
        })
        const watermark = edge ? cursorAt({ id: edge.id, sort: edge.change }) : (cursor ?? null)
        return { data: records.map(showRecord), nextCursor: isEnd ? null : watermark, watermark }
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
      idempotent: true,
      async handler({ body, caller }) {
        const [record] = await createRecords(hub, caller.workspaceId, body.collection, [body.data])
        return showRecord(record!)
      },
    }),
    route({
      tag,
      method: 'POST',
      url: `${url}/bulk`,
      access: 'records:write',
      summary: 'Create up to 1,000 records',
      description: 'All or none, in their order.',
      body: z.strictObject({
        collection: collectionField,
        records: z
          .array(z.strictObject({ data: dataField }))
          .min(1)
          .max(1000),
      }),
      bodyLimit: bulkLimit,
      status: 201,
      reply: z.strictObject({ data: z.array(recordSchema) }),
      idempotent: true,
      async handler({ body, caller }) {
        const datas = body.records.map(({ data }) => data)
        const records = await createRecords(hub, caller.workspaceId, body.collection, datas)
        return { data: records.map(showRecord) }
      },
    }),
    route({
      tag,
      method: 'GET',
      url: '/v1/records/:recordId',
      access: 'records:read',
      summary: 'Get a record',
      params: one,
      query: z.strictObject({ deleted: flag.default(false) }),
      reply: recordSchema,
      errors: ['RECORD_NOT_FOUND'],
      handler: async ({ params, query, caller }) =>
        showRecord(await findRecord(hub.db, caller.workspaceId, params.recordId, query)),
    }),
    route({
      tag,
      method: 'PATCH',
      url: '/v1/records/:recordId',
      access: 'records:write',
      summary: 'Change a record',
      description:
        'Merges `data` into the record (RFC 7396): members replace, null removes, the rest stays. With `ifVersion` only if the record is still at that version.',
      params: one,
      body: z.strictObject({ data: dataField, ifVersion: z.int().positive().optional() }),
      reply: recordSchema,
      errors: ['RECORD_NOT_FOUND', 'CONFLICT'],
      handler: async ({ params, body, caller }) =>
        showRecord(await updateRecord(hub, caller.workspaceId, params.recordId, body.data, body.ifVersion)),
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
      errors: ['RECORD_NOT_FOUND', 'CONFLICT'],
      handler: ({ params, query, caller }) => deleteRecord(hub, caller.workspaceId, params.recordId, query.ifVersion),
    }),
  ]
}
