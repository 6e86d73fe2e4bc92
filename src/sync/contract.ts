import type { HubSchedule } from '../temporal/schedules.ts'

/** What caused a run. `poll`: its platform's webhooks were silent; `event`: an event of the product's has met a rule. */
export type RunTrigger = 'schedule' | 'manual' | 'webhook' | 'poll' | 'event'

export const pollSyncsName = 'pollSyncs'

/** What the runs of its Schedule are called, with the time behind it. */
export const pollSyncsWorkflowId = 'poll-syncs'

export interface PollSyncsInput {
  batch: number
  /** Of so many syncs one pass asks for runs at most: each starts a workflow. The others are the next pass's. */
  most: number
}

/** What a pass over syncs that are run by webhooks did. */
export interface PolledSyncs {
  /** How many it looked at, and of how many it asked for a run. */
  looked: number
  asked: number
}

/** The hub's own Schedules of this feature; a sync with a schedule has one of its own, made with it. */
export const syncSchedules: HubSchedule[] = [
  {
    id: 'poll-syncs',
    everyMs: 60_000,
    workflow: pollSyncsName,
    workflowId: pollSyncsWorkflowId,
    input: { batch: 200, most: 600 } satisfies PollSyncsInput,
    summary: 'Polls syncs that are run by webhooks, where none have come',
  },
]

export const runSyncName = 'runSync'

/** The id of a sync's workflow and of its Schedule; a run by the Schedule has the time added. */
export const syncWorkflowId = (syncId: string) => `sync/${syncId}`

/** Tells a running `runSync` that a run was asked for, and by what: it looks once more before it ends. */
export const runRequestedSignal = 'runRequested'

/** Tells a `runSync` that waits that its run was stopped, or that its sync is another: it looks at once. */
export const runStoppedSignal = 'runStopped'

export interface RunSyncInput {
  workspaceId: string
  syncId: string
  connectionId: string
  provider: string
  trigger: RunTrigger
  /** How failures are retried; a test shrinks it. */
  retry?: SyncRetry
}

export interface SyncRetry {
  maximumAttempts: number
  initialIntervalMs: number
}

/** A sync whose runs fail: what its workflow says of it while it waits for the next. */
export interface SyncTrouble {
  attention: 'retrying' | 'needs_person'
  /** What the last run failed with. */
  errorCode: string
  since: string
  /** When the schedule is due; null: it runs when it is asked to. */
  nextRunAt: string | null
  /** Deletions that wait for a person, of so many items that were known. */
  held: { count: number; known: number } | null
  /** So many rows wait for a person, while runs succeed; 1,000 stands for more too. */
  issues?: number
  lookAgainMs: number
}

/** How the sync is; left out by an activity of an older version, and null too where it is not for the asker to watch it. */
export interface Watched {
  trouble?: SyncTrouble | null
}

/** What the first activity of a run gives: the run it holds, or why there is none. */
export type RunStart = Watched & RunBeginning

type RunBeginning =
  | { kind: 'taken'; runId: string }
  /** Another workflow holds a run: it runs again before it ends. */
  | { kind: 'lost' }
  | { kind: 'skipped'; reason: 'NOT_FOUND' | 'PAUSED' | 'NOTHING_REQUESTED' }
  /** A run that could not begin, such as on a connection that needs its user. */
  | { kind: 'failed'; runId: string | null; errorCode: string }

export interface RunRef {
  workspaceId: string
  syncId: string
  runId: string
}

/** How far a run is after an activity, which may hand back before its work is done, to stay short. */
export interface RunProgress {
  done: boolean
  phase: string
  /** Nothing can be done just now: it goes on after this time, from where it stands. */
  waitMs?: number
  /** Why, where it is not the platform's rate limit. */
  waitsFor?: 'provider_error' | 'place'
  /** Nothing is used up: the platform makes the file of an export. */
  export?: true
  /** What this try failed with; without a wait it was the last one. */
  errorCode?: string
}

/** How often a run's work has failed in a row, and how it is tried again. An activity that is not told throws instead. */
export interface RunTries extends SyncRetry {
  failures: number
  /** The most tries in a row that it came to, from 1: what fails alone is left for later from the third on. */
  attempt: number
}

export interface RunEnd extends Watched {
  status: 'succeeded' | 'failed' | 'cancelled'
  errorCode: string | null
  /** Another run was asked for meanwhile. */
  again: boolean
}

export interface RunSyncResult {
  /** The runs that this workflow took, in their order. */
  runs: { runId: string; status: RunEnd['status']; errorCode: string | null }[]
}
