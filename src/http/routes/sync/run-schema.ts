import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import {
  runDirectionOf,
  runDirections,
  runProgressOf,
  runStateOf,
  runStates,
} from '../../../sync/progress/run-progress.ts'
import { runWaits, waitOf } from '../../../sync/runs/open-runs.ts'
import { countsOfRun, type RunRow } from '../../../sync/runs/run-row.ts'
import type { Sync } from '../../../sync/sync-store.ts'
import { workflowUrl } from '../../../temporal/workflow-url.ts'
import { idField, instant } from '../../fields.ts'

export const runErrorCode = z.string().nullable().meta({
  description: 'Why it failed; of a run that is under way, why its last try failed, until it gets on again',
})

export const waitingFor = z.enum(runWaits).nullable().meta({
  description:
    'Why it does nothing just now. Under way: `rate_limit`, the limit of the platform is used up; `export`, the platform makes the file of everything that was asked of it; `provider_error`, the last try failed and it tries again; `place`, other syncs have the places of the workers. Asked for: `run_before`, another run of the sync is under way; `connection`, its user has to connect again; `worker`, nobody has begun it yet. It goes on by itself',
})

export const waitingUntil = instant.nullable().meta({ description: 'When it goes on, where that is known' })

const count = z.int()

export const runSchema = z
  .strictObject({
    id: idField('syncRun'),
    syncId: idField('sync'),
    trigger: z.enum(['schedule', 'manual', 'webhook', 'poll', 'event']),
    direction: z.enum(runDirections).meta({ description: 'Which way it goes' }),
    status: z.enum(['requested', 'running', 'succeeded', 'failed', 'cancelled']),
    state: z.enum(runStates).meta({
      description: 'How it stands, for a log; `partial`: it ended well, and some rows failed or wait for a person',
    }),
    full: z.boolean().meta({ description: 'Whether it reads everything and not only what has changed' }),
    phase: z.enum(['settle', 'pull', 'compare', 'push', 'done']),
    counts: z.strictObject({
      pulled: count.meta({ description: 'Items that the platform gave' }),
      created: count,
      updated: count,
      unchanged: count,
      deleted: count,
      pushed: count.meta({ description: 'Writes that the platform took' }),
      conflicts: count.meta({ description: 'Fields that both sides had changed' }),
      failed: count.meta({ description: 'Items and records that could not be taken or written' }),
      skipped: count.meta({ description: 'Those that were passed over because a person said so, or has to decide' }),
    }),
    calls: count.meta({ description: 'Calls to the platform' }),
    progress: z
      .strictObject({
        rows: count.meta({ description: 'Items taken in and writes made so far' }),
        rowsPerSecond: z.number().nullable().meta({ description: 'Since it began, what it waited included' }),
        expectedRows: count.nullable().meta({
          description: 'What the last pass over everything met, of one that reads everything; else null',
        }),
        estimatedEndAt: instant.nullable().meta({ description: 'When it has read those, at that rate' }),
      })
      .meta({ description: 'How far it is' }),
    durationMs: count.nullable().meta({ description: 'From its beginning to its end, or until now' }),
    workflowUrl: z
      .url()
      .nullable()
      .meta({ description: 'Its workflow in the Temporal UI, where its address is known' }),
    deletionsHeld: count.meta({ description: 'Deletions that it held for a person, at most' }),
    errorCode: runErrorCode,
    waitingFor,
    waitingUntil,
    requestedAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'SyncRun' })

/** @param open the run of the sync that is under way, or asked for */
export function showRun(
  { config }: Hub,
  run: RunRow,
  sync: Sync,
  open: RunRow | undefined,
): z.output<typeof runSchema> {
  const { id, trigger, status, full, phase, calls, started_at: startedAt } = run
  const now = new Date()
  const { estimatedEndAt, ...progress } = runProgressOf(run, now)
  return {
    ...{ id, syncId: run.sync_id, trigger, status, full, phase, counts: countsOfRun(run), errorCode: run.error_code },
    ...{ direction: runDirectionOf(run, sync), state: runStateOf(run), calls },
    progress: { ...progress, estimatedEndAt: estimatedEndAt?.toISOString() ?? null },
    durationMs: startedAt && (run.finished_at ?? now).getTime() - startedAt.getTime(),
    workflowUrl: workflowUrl(config.temporal, run.workflow_id),
    deletionsHeld: run.deletions_held,
    waitingFor: waitOf(run, sync, open),
    waitingUntil: run.waiting_until?.toISOString() ?? null,
    requestedAt: run.requested_at.toISOString(),
    startedAt: run.started_at?.toISOString() ?? null,
    finishedAt: run.finished_at?.toISOString() ?? null,
  }
}
