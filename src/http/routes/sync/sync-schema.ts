import { z } from 'zod'
import { matchKeys } from '../../../catalogue/schema/items/lookup.ts'
import { fieldOverrides } from '../../../catalogue/schema/items/overrides.ts'
import type { Hub } from '../../../hub.ts'
import { unsyncedOf, type ReferringField } from '../../../sync/mapping/references/unsynced.ts'
import { nextPollAt } from '../../../sync/polling/relies.ts'
import { nextRunAt } from '../../../sync/schedules/next-run.ts'
import { openRunsOf, waitOf } from '../../../sync/runs/open-runs.ts'
import type { RunRow } from '../../../sync/runs/run-row.ts'
import { isCron, isTimeZone, parseCatchUp, parseEvery, parseJitter } from '../../../sync/schedules/schedule-input.ts'
import type { Sync } from '../../../sync/sync-store.ts'
import { idField, instant } from '../../fields.ts'
import { runErrorCode, waitingFor, waitingUntil } from './run-schema.ts'

/** The name of a collection: the hub's own (`customers`) or one that a workspace makes up. */
export const collectionField = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'Must be small letters, digits, - and _, beginning with a letter')
  .meta({ examples: ['customers'] })

const spread = {
  jitter: z
    .string()
    .refine(text => parseJitter(text) !== undefined, 'Must be a time up to 1h, such as 30s')
    .optional()
    .meta({
      description:
        'A run begins up to so much later than it is due: many syncs may have the same hour; not at all unless given',
      pattern: '^(0|[1-9][0-9]{0,5})[smhd]$',
      examples: ['30s'],
    }),
  catchUp: z
    .string()
    .refine(text => parseCatchUp(text) !== undefined, 'Must be a time from 10s to 1d, such as 1h')
    .optional()
    .meta({
      description:
        'A run that was missed is made up for within this time, once; the interval, but 10m to 1h, unless given',
      pattern: '^[1-9][0-9]{0,5}[smhd]$',
      examples: ['1h'],
    }),
}

export const scheduleField = z.union([
  z.strictObject({
    every: z
      .string()
      .refine(text => parseEvery(text) !== undefined, 'Must be an interval from 10s to 31d, such as 15m')
      .meta({ pattern: '^[1-9][0-9]{0,5}[smhd]$', examples: ['15m'] }),
    ...spread,
  }),
  z.strictObject({
    cron: z
      .string()
      .refine(isCron, 'Must be a cron expression of five fields that comes to pass')
      .meta({ pattern: '^ *([0-9A-Za-z*,/-]+ +){4}[0-9A-Za-z*,/-]+ *$', examples: ['0 6 * * 1-5'] }),
    timeZone: z.string().refine(isTimeZone, 'Must be an IANA time zone').default('UTC'),
    ...spread,
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

export const mappingField = fieldOverrides.meta({
  description:
    "The workspace's own pairs of fields, which stand before the platform's; they are checked in both directions, and a change has everything read again",
  examples: [[{ field: 'phone', path: 'PrimaryPhone.FreeFormNumber', transform: { kind: 'phone', region: 'MY' } }]],
})

export const directionField = z.enum(['pull', 'push', 'both'])

export const conflictPolicyField = z.enum(['newest', 'hub', 'provider', 'manual']).meta({
  description: 'Who wins a field that both sides changed; `manual` holds it for a person',
})

/** Keys by which things are the same. */
export const matchField = matchKeys.nullable().meta({
  description:
    'The keys by which things that are new to the sync join records that are there: lists of fields, of which all have to agree. An empty list: none do. Null: those of the model',
  examples: [[['email'], ['taxNumber']]],
})

export const endStates = ['succeeded', 'failed', 'cancelled'] as const

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
    match: matchField,
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
    mapping: mappingField,
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
    issuesHeld: z.int().meta({
      description: 'So many rows wait for a person, 1,000 at most: see its `issues`',
    }),
    unsyncedReferences: z
      .array(
        z.strictObject({
          field: z.string().meta({ description: 'Such as `customerId`, or of lines `lines.productId`' }),
          model: z.string().meta({ description: 'The model of what it names' }),
        }),
      )
      .meta({
        description:
          'Fields that name things of models which no sync of the connection has: they stay empty, and are filled once one has',
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

function showSync(
  sync: Sync,
  open: RunRow | undefined,
  unsyncedReferences: ReferringField[],
): z.output<typeof syncSchema> {
  const { id, connectionId, provider, model, collection, config, direction, conflictPolicy, match, schedule, status } =
    sync
  return {
    ...{ id, connectionId, provider, model, collection, config, direction, conflictPolicy, match, schedule, status },
    pausedBecause: sync.pausedBecause,
    deletionsHeld: sync.deletionsHeld,
    scheduleState: !sync.isScheduleApplied ? 'pending' : schedule === null ? 'none' : status,
    nextRunAt: nextRunAt(sync, new Date())?.toISOString() ?? null,
    mapping: sync.mapping ?? [],
    polling: sync.polling,
    nextPollAt: nextPollAt(sync)?.toISOString() ?? null,
    lastRun: sync.lastRun && { ...sync.lastRun, finishedAt: sync.lastRun.finishedAt.toISOString() },
    failingSince: sync.failingSince?.toISOString() ?? null,
    issuesHeld: sync.issuesHeld,
    unsyncedReferences,
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
  const unsynced = await unsyncedOf(hub, syncs)
  return sync => showSync(sync, open.get(sync.id), unsynced.get(sync.id) ?? [])
}

function showOpenRun(run: RunRow, sync: Sync) {
  return {
    ...{ id: run.id, status: run.status as 'requested' | 'running', errorCode: run.error_code },
    waitingFor: waitOf(run, sync, run),
    waitingUntil: run.waiting_until?.toISOString() ?? null,
  }
}
