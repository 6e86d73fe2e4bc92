import { z } from 'zod'
import type { ImportReport, RowReport } from '../../../sync/records/transfer/import-records.ts'

const number = z.int().min(0)
const value = z.unknown()

const rowSchema = z
  .strictObject({
    row: number.meta({ description: 'Its number in the file, of which the row with the names of columns is 1' }),
    action: z.enum(['created', 'updated', 'unchanged', 'failed']),
    recordId: z.string().nullable().meta({ description: 'The record that it found; null where there is none' }),
    column: z
      .string()
      .nullable()
      .meta({ description: 'The field that cannot be taken; null where it is the whole row' }),
    message: z.string().nullable().meta({ description: 'Why it cannot be taken; null where it can' }),
    changes: z
      .array(
        z.strictObject({
          field: z.string().meta({ description: 'The way to the field' }),
          before: value.meta({ description: 'What it holds' }),
          after: value.meta({ description: 'What it is to hold' }),
        }),
      )
      .meta({ description: 'What it changes' }),
  })
  .meta({ id: 'ImportedRow' })

export const importReport = z.strictObject({
  preview: z.boolean().meta({ description: 'Whether nothing was written' }),
  rows: number.meta({ description: 'How many rows there are behind the first' }),
  created: number,
  updated: number,
  unchanged: number.meta({ description: 'Rows that say what their record says already' }),
  failed: number.meta({ description: 'Rows that were not taken' }),
  data: z.array(rowSchema).max(100).meta({
    description: 'The first hundred rows of a preview; of an import the first hundred that failed',
  }),
})

export function showReport(preview: boolean, { rows, counts, told }: ImportReport): z.output<typeof importReport> {
  return { preview, rows, ...counts, data: told.map(showRow) }
}

function showRow({ row, action, recordId, fault, fields }: RowReport): z.output<typeof rowSchema> {
  return {
    ...{ row, action, recordId },
    column: fault?.column ?? null,
    message: fault?.message ?? null,
    changes: fields.map(({ field, before, after }) => ({ field, before: before ?? null, after: after ?? null })),
  }
}
