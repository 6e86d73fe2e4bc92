import { z } from 'zod'
import { matchKeys } from '../../../catalogue/schema/items/lookup.ts'
import type { Hub } from '../../../hub.ts'
import type { Link } from '../../../sync/links/link-store.ts'
import { nextPollAt } from '../../../sync/polling/relies.ts'
import { nextRunAt } from '../../../sync/schedules/next-run.ts'
import { openRunsOf, runWaits, waitOf } from '../../../sync/runs/open-runs.ts'
import { countsOfRun } from '../../../sync/runs/run-row.ts'
import type { RunRow } from '../../../sync/runs/run-row.ts'
import { isCron, isTimeZone, parseEvery } from '../../../sync/schedules/schedule-input.ts'
import type { Sync } from '../../../sync/sync-store.ts'
import { idField, instant } from '../../fields.ts'

/** The name of a collection: the hub's own (`customers`) or one that a workspace makes up. */
export const collectionField = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'Must be small letters, digits, - and _, beginning with a letter')
  .meta({ examples: ['customers'] })

export const scheduleField = z.union([
  z.strictObject({
    every: z
      .string()
      .refine(text => parseEvery(text) !== undefined, 'Must be an interval from 10s to 31d, such as 15m')
      .meta({ pattern: '^[1-9][0-9]{0,5}[smhd]$', examples: ['15m'] }),
  }),
  z.strictObject({
    cron: z
      .string()
      .refine(isCron, 'Must be a cron expression of five fields that comes to pass')
      .meta({ pattern: '^ *([0-9A-Za-z*,/-]+ +){4}[0-9A-Za-z*,/-]+ *$', examples: ['0 6 * * 1-5'] }),
    timeZone: z.string().refine(isTimeZone, 'Must be an IANA time zone').default('UTC'),
  }),
])

export const pollingField = z.boolean().meta({
  description:
    'Whether a sync without a schedule is polled at a slow pace besides, where webhooks of its platform run it: one may be lost',
})

export const configField = z
  .record(z.string().max(50), z.string().min(1).max(200))
  .refine(config => Object.keys(config).length <= 10, 'Must have at most 10 members')
  .meta({ description: 'What the model asks for (`asks` of the provider), such as a repository' })

export const directionField = z.enum(['pull', 'push', 'both'])

export const conflictPolicyField = z.enum(['newest', 'hub', 'provider', 'manual']).meta({
  description: 'Who wins a field that both sides changed; `manual` holds it for a person',
})

/** Keys by which things are the same. */
export const matchField = matchKeys.meta({
  description:
    'The keys by which things that are new to the sync join records that are there: lists of fields, of which all have to agree. An empty list: none do. Null: those of the model',
  examples: [[['email'], ['taxNumber']]],
})

export const endStates = ['succeeded', 'failed', 'cancelled'] as const

const runErrorCode = z.string().nullable().meta({
  description: 'Why it failed; of a run that is under way, why its last try failed, until it gets on again',
})

const waitingFor = z.enum(runWaits).nullable().meta({
  description:
    'Why it does nothing just now. Under way: `rate_limit`, the limit of the platform is used up; `provider_error`, the last try failed and it tries again; `place`, other syncs have the places of the workers. Asked for: `run_before`, another run of the sync is under way; `connection`, its user has to connect again; `worker`, nobody has begun it yet. It goes on by itself',
})

const waitingUntil = instant.nullable().meta({ description: 'When it goes on, where that is known' })

export const syncSchema = z
  .strictObject({
    id: idField('sync'),
    connectionId: idField('connection'),
    provider: z.string(),
    model: z.string(),
    collection: z.string(),
    config: configField,
    direction: directionField,
    conflictPolicy: conflictPolicyField,
    match: matchField.nullable(),
    schedule: scheduleField.nullable(),
    status: z.enum(['active', 'paused']),
    pausedBecause: z.enum(['person', 'needs_reauth', 'disconnecting']).nullable(),
    deletionsHeld: z
      .strictObject({
        runId: idField('syncRun').meta({ description: 'The run that holds them' }),
        count: z.int().meta({ description: 'At most so many records would be deleted' }),
        known: z.int().meta({ description: 'Of so many things that the sync knew' }),
        since: instant,
      })
      .nullable()
      .meta({
        description:
          'More things are gone at the platform than a run deletes by itself: allow it by a run with `allowDeletions`, or mend the connection',
      }),
    scheduleState: z.enum(['none', 'active', 'paused', 'pending']).meta({
      description:
        'How its Schedule in Temporal is: `pending` until it is as the sync says, which is within a minute once Temporal is there',
    }),
    nextRunAt: instant
      .nullable()
      .meta({ description: 'When it is due by its schedule next; null when it has none, or is paused' }),
    polling: pollingField,
    nextPollAt: instant.nullable().meta({
      description:
        'When it is polled next, unless it has run or webhooks have come by then; null when it is not polled, is paused, or holds deletions for a person',
    }),
    lastRun: z
      .strictObject({
        id: idField('syncRun').meta({ description: 'The run' }),
        status: z.enum(endStates).meta({ description: 'How it ended' }),
        errorCode: z.string().nullable(),
        finishedAt: instant,
      })
      .nullable()
      .meta({ description: 'The last run that ended; null before the first' }),
    failingSince: instant.nullable().meta({
      description: 'Since when runs fail; null once one has succeeded, and while the sync is paused',
    }),
    openRun: z
      .strictObject({
        id: idField('syncRun').meta({ description: 'The run' }),
        status: z.enum(['requested', 'running']),
        errorCode: runErrorCode,
        waitingFor,
        waitingUntil,
      })
      .nullable()
      .meta({ description: 'The run that is under way, or else asked for' }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Sync' })

export function showSync(sync: Sync, open: RunRow | undefined): z.output<typeof syncSchema> {
  const { id, connectionId, provider, model, collection, config, direction, conflictPolicy, match, schedule, status } =
    sync
  return {
    ...{ id, connectionId, provider, model, collection, config, direction, conflictPolicy, match, schedule, status },
    pausedBecause: sync.pausedBecause,
    deletionsHeld: sync.deletionsHeld,
    scheduleState: !sync.isScheduleApplied ? 'pending' : schedule === null ? 'none' : status,
    nextRunAt: nextRunAt(sync, new Date())?.toISOString() ?? null,
    polling: sync.polling,
    nextPollAt: nextPollAt(sync)?.toISOString() ?? null,
    lastRun: sync.lastRun && { ...sync.lastRun, finishedAt: sync.lastRun.finishedAt.toISOString() },
    failingSince: sync.failingSince?.toISOString() ?? null,
    openRun: open ? showOpenRun(open, sync) : null,
    createdAt: sync.createdAt.toISOString(),
    updatedAt: sync.updatedAt.toISOString(),
  }
}

/** Syncs with the runs that are open, as a list or a single one shows them. */
export async function showSyncs(
  hub: Hub,
  syncs: readonly Sync[],
): Promise<(sync: Sync) => z.output<typeof syncSchema>> {
  const open = await openRunsOf(hub.db, syncs)
  return sync => showSync(sync, open.get(sync.id))
}

function showOpenRun(run: RunRow, sync: Sync) {
  return {
    ...{ id: run.id, status: run.status as 'requested' | 'running', errorCode: run.error_code },
    waitingFor: waitOf(run, sync, run),
    waitingUntil: run.waiting_until?.toISOString() ?? null,
  }
}

const count = z.int()

export const runSchema = z
  .strictObject({
    id: idField('syncRun'),
    syncId: idField('sync'),
    trigger: z.enum(['schedule', 'manual', 'webhook', 'poll']),
    status: z.enum(['requested', 'running', 'succeeded', 'failed', 'cancelled']),
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
    }),
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
export function showRun(run: RunRow, sync: Sync, open: RunRow | undefined): z.output<typeof runSchema> {
  const { id, trigger, status, full, phase } = run
  return {
    ...{ id, syncId: run.sync_id, trigger, status, full, phase, counts: countsOfRun(run), errorCode: run.error_code },
    deletionsHeld: run.deletions_held,
    waitingFor: waitOf(run, sync, open),
    waitingUntil: run.waiting_until?.toISOString() ?? null,
    requestedAt: run.requested_at.toISOString(),
    startedAt: run.started_at?.toISOString() ?? null,
    finishedAt: run.finished_at?.toISOString() ?? null,
  }
}

const side = z.unknown().optional()

export const conflictSchema = z
  .strictObject({
    recordId: idField('record'),
    externalId: z.string().nullable(),
    fields: z.record(z.string(), z.strictObject({ base: side, hub: side, provider: side })).meta({
      description: 'What both sides last agreed on, and what each has now; a missing member is an empty field',
    }),
    deletedBy: z
      .enum(['hub', 'provider'])
      .nullable()
      .meta({ description: 'The side that deleted what the other changed' }),
    since: instant,
  })
  .meta({ id: 'SyncConflict' })

export function showConflict(link: Link): z.output<typeof conflictSchema> {
  return {
    recordId: link.record_id,
    externalId: link.external_id,
    fields: link.conflict?.fields ?? {},
    deletedBy: link.conflict?.deleted ?? null,
    since: link.updated_at.toISOString(),
  }
}

export const rowErrorSchema = z
  .strictObject({
    recordId: idField('record'),
    externalId: z.string().nullable(),
    place: z.string().nullable().meta({ description: "Where on the platform's list an item without an id stood" }),
    code: z
      .enum([
        'INVALID_ITEM',
        'DUPLICATE',
        'PROVIDER_REJECTED',
        'PROVIDER_ERROR',
        'NOT_SETTLED',
        'WRITE_UNSURE',
        'LINKED_ELSEWHERE',
        'AMBIGUOUS_MATCH',
      ])
      .meta({
        description:
          '`WRITE_UNSURE`: nobody knows whether the platform made it, and it is not sent again; `LINKED_ELSEWHERE`: the thing belongs to another record; `AMBIGUOUS_MATCH`: several records have the key of the thing (`/matches` lists them), or several things that of the record. These wait for a person',
      }),
    failures: count,
    retryAt: instant.nullable(),
    since: instant,
  })
  .meta({ id: 'SyncRowError' })

export function showRowError(link: Link): z.output<typeof rowErrorSchema> {
  return {
    recordId: link.record_id,
    externalId: link.external_id,
    place: link.place,
    code: rowErrorSchema.shape.code.parse(link.error_code),
    failures: link.failures,
    retryAt: link.retry_at?.toISOString() ?? null,
    since: link.updated_at.toISOString(),
  }
}
