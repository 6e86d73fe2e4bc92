import type { RunEnd, RunProgress, RunSyncInput, SyncTrouble } from '../src/sync/contract.ts'
import { instantAt, instantIn } from './instant.ts'

// What a person reads on the page of a sync's workflow: ids, codes and times only.

/** What a run does while it goes on. */
export const doing = {
  pulling: ({ provider }: RunSyncInput, runId: string) =>
    `Run ${runId} pulls from ${provider}; it goes on page by page until it has everything.`,
  pushing: ({ provider }: RunSyncInput, runId: string) =>
    `Run ${runId} pushes what has changed in the hub to ${provider}.`,
}

/** What became of a run, or why there is none. */
export const ending = {
  over: (runId: string, { status, errorCode }: Pick<RunEnd, 'status' | 'errorCode'>) =>
    `Run ${runId} is over: ${errorCode ?? status}.`,
  failed: (errorCode: string | null) =>
    `The run failed with ${errorCode ?? 'SYNC_FAILED'}; the workflow named after its sync says how it goes on.`,
  lost: 'Another workflow holds the run of this sync; it will run again.',
  skipped: (reason: string) => `Nothing to run: ${reason}`,
}

/** Why a run waits, and until when. */
export function describeWait({ provider, retry }: RunSyncInput, runId: string, progress: RunProgress, tries: number) {
  const until = instantIn(progress.waitMs ?? 0)
  if (progress.waitsFor === 'place') {
    return `Run ${runId} waits for a place on a worker: other syncs have theirs. It asks again at ${until}.`
  }
  if (progress.waitsFor === 'provider_error') {
    const of = retry ? ` of ${retry.maximumAttempts}` : ''
    return `Run ${runId} fails with ${progress.errorCode ?? ''} at ${provider}, try ${tries}${of}. Tries again at ${until}.`
  }
  if (progress.export)
    return `Run ${runId} waits: ${provider} makes the file of its export. It looks again at ${until}.`
  return `Run ${runId} waits: the rate limit of ${provider} is used up. It goes on at ${until}.`
}

/** Why no run of a sync succeeds, since when, when the next one is due, and what a person can do. */
export function describeTrouble({ syncId, connectionId }: RunSyncInput, trouble: SyncTrouble): string {
  const { errorCode, held, nextRunAt } = trouble
  const since = `since ${instantAt(Date.parse(trouble.since))}`
  const run = `POST /v1/syncs/${syncId}/runs`
  const next = nextRunAt === null ? 'it has no schedule' : `the next run is due at ${instantAt(Date.parse(nextRunAt))}`
  if (trouble.issues !== undefined) {
    const rows = `${trouble.issues} ${trouble.issues === 1 ? 'row waits' : 'rows wait'}`
    return `Runs succeed, and ${rows} for a person ${since}: GET /v1/syncs/${syncId}/issues lists them, and what can be done; ${next}.`
  }
  if (held) {
    return `Holds up to ${held.count} deletions of ${held.known} records ${since} (${errorCode}): more is gone at the platform than a run deletes by itself. To let them through, ${run} with {"allowDeletions": true}. Each run looks again; ${next}.`
  }
  if (errorCode === 'TOKEN_EXPIRED' || errorCode === 'CONNECTION_NOT_READY') {
    return `No run succeeds ${since}: ${errorCode}. Its user has to connect ${connectionId} again; ${next}.`
  }
  return `No run succeeds ${since}: ${errorCode}. To try, ${run}; ${next}.`
}
