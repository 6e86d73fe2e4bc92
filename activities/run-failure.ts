import { ApplicationFailure } from '@temporalio/activity'
import { ExportUnderway } from '../src/calls/pages/export/underway.ts'
import { isHubError } from '../src/errors.ts'
import type { Hub } from '../src/hub.ts'
import type { RunProgress, RunTries } from '../src/sync/contract.ts'
import { runRetryDelayMs } from '../src/sync/policy.ts'
import { noteWaiting, type RunHold } from '../src/sync/runs/run-hold.ts'
import { asFailure } from './boundary.ts'

/** What the workflow of a run takes back instead of a failure: then its page and the run's row say what is the matter. */
export interface Tolerance {
  /** It waits where a rate limit is used up. */
  mayWait: boolean
  /** It tries again by itself what may work later. */
  tries: RunTries | undefined
}

/**
 * Turns what a run's work failed with into what the workflow is to wait for, and notes that in the run's row.
 * @throws what no wait mends, or whoever asks does not wait for; HubError `SYNC_STOPPED`
 */
export async function waitInstead(
  hub: Hub,
  hold: RunHold,
  error: unknown,
  { mayWait, tries }: Tolerance,
): Promise<RunProgress> {
  const progress = { done: false, phase: hold.run.phase }
  if (mayWait && error instanceof ExportUnderway) {
    await noteWaiting(hub.db, hold, { for: 'export', waitMs: error.waitMs })
    return { ...progress, waitMs: error.waitMs, export: true }
  }
  if (mayWait && isHubError(error, 'RATE_LIMITED')) {
    const waitMs = waitOf(error.retryAfterMs)
    await noteWaiting(hub.db, hold, { for: 'rate_limit', waitMs })
    return { ...progress, waitMs }
  }
  if (!tries) throw error
  const failure = asFailure(error, 'sync', hub.log)
  if (!(failure instanceof ApplicationFailure) || failure.nonRetryable) throw failure
  const told = { ...progress, waitsFor: 'provider_error' as const, errorCode: failure.type ?? 'INTERNAL' }
  if (tries.failures + 1 >= tries.maximumAttempts) return told
  const waitMs = runRetryDelayMs(tries, isHubError(error) ? error.retryAfterMs : undefined)
  try {
    await noteWaiting(hub.db, hold, { for: 'provider_error', waitMs, errorCode: told.errorCode })
  } catch (unnoted) {
    if (isHubError(unnoted)) throw unnoted
    // The workflow says it all the same.
    hub.log.warn({ err: unnoted, runId: hold.runId }, 'what a run waits for could not be noted')
  }
  return { ...told, waitMs }
}

const unstatedWaitMs = 2_000

/** As long as the platform says, and a little more, so that those who wait for the same limit do not all come at once. */
function waitOf(retryAfterMs = unstatedWaitMs): number {
  return Math.ceil(Math.max(100, retryAfterMs) * (1 + Math.random() / 20))
}
