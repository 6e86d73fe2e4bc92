import { z } from 'zod'
import { HubError } from '../../../errors.ts'
import type { Hub } from '../../../hub.ts'
import { carryOut, type Outcome } from '../../../sync/records/bulk.ts'
import { createRecords } from '../../../sync/records/records.ts'
import { route, type AnyRoute } from '../../route.ts'
import { dataField, recordSchema, showRecord } from './record-schema.ts'
import { collectionField } from '../sync/sync-schema.ts'

const bulkLimit = 8 * 1024 * 1024
const most = 1_000
const changed = { id: z.string().max(100), ifVersion: z.int().positive().optional() }

const operationSchema = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('create').meta({ description: 'Makes a record' }),
    collection: collectionField,
    data: dataField,
  }),
  z.strictObject({
    op: z.literal('update').meta({ description: 'Merges into a record (RFC 7396)' }),
    ...changed,
    data: dataField,
  }),
  z.strictObject({ op: z.literal('delete').meta({ description: 'Makes a record a tombstone' }), ...changed }),
])

const outcomeSchema = z
  .strictObject({
    status: z.enum(['done', 'failed']),
    record: recordSchema.nullable().meta({ description: 'The record as it is now; null where it failed' }),
    error: z
      .strictObject({
        code: z.string().meta({ description: 'Why it failed, as one of the error codes' }),
        message: z.string().meta({ description: 'A sentence for people' }),
        details: z.unknown().optional().meta({ description: 'Facts, where there are any' }),
      })
      .nullable(),
  })
  .meta({ id: 'RecordOutcome' })

function showOutcome({ record, error }: Outcome): z.output<typeof outcomeSchema> {
  if (record) return { status: 'done', record: showRecord(record), error: null }
  const { code, message, details } = error
  return { status: 'failed', record: null, error: { code, message, details } }
}

/** Many records at once. */
export function recordBulkRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Records',
      method: 'POST',
      url: '/v1/records/bulk',
      access: 'records:write',
      summary: 'Create, change and delete up to 1,000 records',
      description:
        '`operations` are carried out together, and `outcomes` says in their order what became of each; with `atomic` none is done unless all can be. A collection with `records` creates those, all or none, and answers with them as `data`.',
      body: z.union([
        z.strictObject({
          operations: z.array(operationSchema).min(1).max(most).meta({ description: 'What is to be done' }),
          atomic: z.boolean().default(false).meta({ description: 'Whether nothing is done unless all of it can be' }),
        }),
        z.strictObject({
          collection: collectionField,
          records: z
            .array(z.strictObject({ data: dataField }))
            .min(1)
            .max(most),
        }),
      ]),
      bodyLimit: bulkLimit,
      status: 201,
      reply: z.union([
        z.strictObject({ data: z.array(recordSchema) }),
        z.strictObject({ outcomes: z.array(outcomeSchema).meta({ description: 'In the order of the operations' }) }),
      ]),
      idempotent: true,
      errors: ['CONFLICT'],
      async handler({ body, caller }) {
        const { workspaceId, apiKeyId } = caller
        if ('records' in body) {
          const datas = body.records.map(({ data }) => data)
          const placeOf = (index: number) => `body.records.${index}.data`
          const records = await createRecords(hub, workspaceId, body.collection, datas, apiKeyId, placeOf)
          return { data: records.map(showRecord) }
        }
        const { operations, atomic } = body
        const outcomes = (await carryOut(hub, workspaceId, operations, apiKeyId, { atomic })).map(showOutcome)
        if (atomic && outcomes.some(({ status }) => status === 'failed')) {
          const message = 'Nothing was done: not all of it can be. See details, in the order of the operations.'
          throw new HubError('CONFLICT', {
            message,
            details: outcomes.map(({ error }, operation) => ({ operation, ...error })),
          })
        }
        return { outcomes }
      },
    }),
  ]
}
