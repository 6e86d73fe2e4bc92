import { z } from 'zod'
import type { RecordRow } from '../../../sync/links/link-store.ts'
import { idField, instant, jsonField } from '../../fields.ts'

export const dataField = z.record(z.string().max(200), jsonField)
export const flag = z.enum(['true', 'false']).transform(text => text === 'true')

export const recordSchema = z
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

export function showRecord(record: RecordRow): z.output<typeof recordSchema> {
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
