import type { RunProgress, RunSyncInput, SyncTrouble } from '../src/sync/contract.ts'
import { instantAt, instantIn } from './instant.ts'

// What a person reads on the page of a sync's workflow: ids, codes and times only.

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
  return `Run ${runId} waits: the rate limit of ${provider} is used up. It goes on at ${until}.`
}

/** Why no run of a sync succeeds, since when, when the next one is due, and what a person can do. */
export function describeTrouble({ syncId, connectionId }: RunSyncInput, trouble: SyncTrouble): string {
  const { errorCode, held, nextRunAt } = trouble
  const since = `since ${instantAt(Date.parse(trouble.since))}`
  const run = `POST /v1/syncs/${syncId}/runs`
  const next = nextRunAt === null ? 'it has no schedule' : `the next run is due at ${instantAt(Date.parse(nextRunAt))}`
  if (held) {
    return `Holds up to ${held.count} deletions of ${held.known} records ${since} (${errorCode}): more is gone at the platform than a run deletes by itself. To let them through, ${run} with {"allowDeletions": true}. Each run looks again; ${next}.`
  }
  if (errorCode === 'TOKEN_EXPIRED' || errorCode === 'CONNECTION_NOT_READY') {
    return `No run succeeds ${since}: ${errorCode}. Its user has to connect ${connectionId} again; ${next}.`
  }
  return `No run succeeds ${since}: ${errorCode}. To try, ${run}; ${next}.`
}
