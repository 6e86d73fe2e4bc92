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
  /** For tests: how failures are retried. */
  retry?: { maximumAttempts: number; initialIntervalMs: number }
}

export interface RunSyncResult {
  /** The runs that this workflow took, in their order. */
  runs: { runId: string; status: 'succeeded' | 'failed' | 'cancelled'; errorCode: string | null }[]
}
