import type { HubSchedule } from '../temporal/schedules.ts'

/** What caused a run. */
export type RunTrigger = 'schedule' | 'manual' | 'webhook'

/** The hub's own Schedules of this feature: none; each sync has one of its own, made with it. */
export const syncSchedules: HubSchedule[] = []

export const runSyncName = 'runSync'

/** The id of a sync's workflow and of its Schedule; a run by the Schedule has the time added. */
export const syncWorkflowId = (syncId: string) => `sync/${syncId}`

/** Tells a running `runSync` that a run was asked for: it looks once more before it ends. */
export const runRequestedSignal = 'runRequested'

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

/** What the first activity of a run gives: the run it holds, or why there is none. */
export type RunStart =
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
  /** The platform's rate limit is used up: it goes on after this time, from where it stands. */
  waitMs?: number
}

export interface RunEnd {
  status: 'succeeded' | 'failed' | 'cancelled'
  errorCode: string | null
  /** Another run was asked for meanwhile. */
  again: boolean
}

export interface RunSyncResult {
  /** The runs that this workflow took, in their order. */
  runs: { runId: string; status: RunEnd['status']; errorCode: string | null }[]
}
