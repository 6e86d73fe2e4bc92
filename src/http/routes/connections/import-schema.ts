import { z } from 'zod'
import { adviceOn } from '../../../connections/imports/advice.ts'
import type { ImportStatus } from '../../../connections/imports/status.ts'
import type { ReportedRow } from '../../../connections/imports/row-store.ts'
import { idField, instant } from '../../fields.ts'

export const outcomes = ['connected', 'needs_reauth', 'duplicate', 'failed', 'unchecked', 'cancelled'] as const
const count = z.int()

export const importSchema = z
  .strictObject({
    id: idField('import'),
    state: z.enum(['running', 'finished', 'cancelled']),
    format: z.enum(['list', 'jsonl', 'csv']).meta({ description: 'What it came as' }),
    dryRun: z.boolean().meta({ description: 'Checks its rows and keeps nothing of them' }),
    counts: z
      .strictObject({
        total: count.meta({ description: 'Its rows' }),
        undecided: count.meta({ description: 'Those that nothing has become of yet' }),
        connected: count.meta({ description: 'Connections now; in a dry run, those that would be' }),
        needsReauth: count.meta({ description: 'Those whose person has to connect again' }),
        duplicate: count.meta({ description: 'Those whose `externalId` was brought in before' }),
        failed: count.meta({ description: 'Those that are wrong: each row says how' }),
        unchecked: count.meta({ description: 'In a dry run: those that only spending a refresh token would prove' }),
        cancelled: count.meta({ description: 'Those that were given up' }),
      })
      .meta({ id: 'ImportCounts' }),
    waits: z
      .array(
        z
          .strictObject({
            provider: z.string().nullable(),
            code: z.string().meta({ description: 'An error code' }),
            rows: count.meta({ description: 'How many wait' }),
            since: instant,
            until: instant.meta({ description: 'When the first of them is tried again' }),
          })
          .meta({ id: 'ImportWait' }),
      )
      .meta({ description: 'What rows wait for, by platform and reason' }),
    createdAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'Import' })

export function showImport({ of, counts, waits }: ImportStatus): z.output<typeof importSchema> {
  const { total, ...decided } = counts
  const undecided = Object.values(decided).reduce((left, of) => left - of, total)
  return {
    id: of.id,
    state: of.state === 'receiving' ? 'running' : of.state,
    format: of.format,
    dryRun: of.dryRun,
    counts: { total, undecided, ...decided },
    waits: waits.map(({ since, until, ...rest }) => ({
      ...rest,
      since: since.toISOString(),
      until: until.toISOString(),
    })),
    createdAt: of.createdAt.toISOString(),
    finishedAt: of.finishedAt?.toISOString() ?? null,
  }
}

export const importRow = z
  .strictObject({
    id: idField('importRow'),
    number: count.meta({ description: 'Its place in the list or file, from 1' }),
    externalId: z.string().nullable().meta({ description: 'Your own id of it; null where it has none' }),
    provider: z.string().nullable(),
    outcome: z.enum(outcomes).nullable().meta({ description: 'What became of it; null until it is decided' }),
    code: z.string().nullable().meta({ description: 'An error code: why it is so, or why it waits' }),
    detail: z.string().nullable().meta({ description: 'The same in words' }),
    advice: z.string().meta({ description: 'What is to be done' }),
    connectionId: z.string().nullable(),
    attempts: count.meta({ description: 'Tries that came to nothing, as when the platform was down' }),
    failingSince: instant.nullable(),
    retryAt: instant.nullable(),
    decidedAt: instant.nullable().meta({ description: 'When it was decided' }),
  })
  .meta({ id: 'ImportRow' })

export function showRow(row: ReportedRow): z.output<typeof importRow> {
  const iso = (at: Date | null) => at?.toISOString() ?? null
  return {
    id: row.id,
    number: row.number,
    externalId: row.externalId,
    provider: row.provider,
    outcome: row.outcome,
    code: row.code,
    detail: row.detail,
    advice: adviceOn(row),
    connectionId: row.connectionId,
    attempts: row.attempts,
    failingSince: iso(row.failingSince),
    retryAt: row.outcome === null && row.code !== null ? iso(row.dueAt) : null,
    decidedAt: iso(row.decidedAt),
  }
}
