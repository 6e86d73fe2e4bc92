import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow'
import type { createSyncActivities } from '../activities/sync.ts'
import type { ErrorCode } from '../src/errors.ts'
import { type RunEnd, type RunProgress, type RunRef, type RunSyncInput, type RunTries } from '../src/sync/contract.ts'
import { runTries } from '../src/sync/policy.ts'
import { taskQueues, type Attention } from '../src/temporal/contract.ts'
import { describeWait, doing } from './sync-words.ts'
import { attend, attentionNow } from './attention.ts'

type Activities = ReturnType<typeof createSyncActivities>

/** The short statements at a run's beginning and end: they do not stand in line with the work. */
export const rows = proxyActivities<Activities>({
  taskQueue: taskQueues.runs,
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
})

/** A workflow with so many events begins a new history where it waits. */
export const eventsPerHistory = 8_000

/** What the workflow was told since it began: in all, of persons who ask for a run, and of runs that were stopped. */
export interface News {
  count: number
  asks: number
  stops: number
}

/** Who asks for a run of a sync whose run waits for its next try has it tried now, but not more often than this. */
const shortestWaitMs = 5_000

/**
 * Carries a taken run out, from where its row stands, and ends it.
 * @param base what the sync needs already, since runs before have failed
 */
export async function carryOut(input: RunSyncInput, ref: RunRef, news: News, base: Attention): Promise<RunEnd> {
  const { maximumAttempts, initialIntervalMs } = { ...runTries, ...input.retry }
  // What an activity can tell of it gives back, and is tried again by this workflow; the rest, such as a killed worker, here.
  const work = proxyActivities<Activities>({
    taskQueue: taskQueues.sync,
    startToCloseTimeout: '15 minutes',
    scheduleToCloseTimeout: '2 hours',
    heartbeatTimeout: '20 seconds',
    retry: { maximumAttempts, initialInterval: initialIntervalMs, maximumInterval: '1 minute' },
    // A server that knows fairness serves workspaces in turn; the worker does in any case.
    priority: { fairnessKey: input.workspaceId },
  })
  let isWaiting = false
  /** Works until it is done, and sleeps where nothing can be done: at a used up rate limit that costs no try. */
  const toTheEnd = async (details: string, step: (tries: RunTries) => Promise<RunProgress>): Promise<RunProgress> => {
    setCurrentDetails(details)
    let failures = 0
    let attempt = 1
    for (;;) {
      const before = { ...news }
      const progress = await step({ failures, attempt, maximumAttempts, initialIntervalMs })
      if (progress.waitsFor !== 'place') failures = progress.errorCode === undefined ? 0 : failures + 1
      attempt = Math.max(attempt, failures + 1)
      if (progress.errorCode !== undefined && progress.waitMs === undefined) throw new OutOfTries(progress.errorCode)
      const isNoTrouble = progress.waitsFor === 'place' || (progress.export && patched('an-export-is-no-trouble'))
      const isTrouble = progress.waitMs !== undefined && !isNoTrouble
      if (isWaiting !== isTrouble && progress.waitsFor !== 'place') {
        isWaiting = !isWaiting
        if (base === 'none') attend(isWaiting ? 'retrying' : 'none')
      }
      if (progress.done) return progress
      if (progress.waitMs !== undefined) await sleepOn(input, ref, progress, failures, { before, news })
      // Slices are short while many wait. The next execution takes up the same run.
      else if (workflowInfo().historyLength > 2 * eventsPerHistory) await goOnAnew(input)
      setCurrentDetails(details)
    }
  }
  try {
    const pulled = await toTheEnd(doing.pulling(input, ref.runId), tries => work.pullFromProvider(ref, true, tries))
    if (pulled.phase !== 'done') {
      await toTheEnd(doing.pushing(input, ref.runId), tries => work.pushToProvider(ref, true, tries))
    }
    return await rows.finishRun(ref, 'succeeded', null)
  } catch (error) {
    if (isCancellation(error)) {
      if (attentionNow() !== 'none') attend('none')
      await CancellationScope.nonCancellable(() => rows.finishRun(ref, 'cancelled', 'SYNC_STOPPED'))
      throw error
    }
    if (!(error instanceof ActivityFailure) && !(error instanceof OutOfTries)) throw error
    return rows.finishRun(ref, 'failed', codeOf(error))
  }
}

/**
 * Waits for as long as it has to be, or until something about the sync has changed; after an error until the run is stopped, or
 * somebody asks for one. Its row says that it waits before it does: what came since the work began counts too.
 */
async function sleepOn(
  input: RunSyncInput,
  { runId }: RunRef,
  progress: RunProgress,
  failures: number,
  { before, news }: { before: News; news: News },
): Promise<void> {
  setCurrentDetails(describeWait(input, runId, progress, failures))
  const known = news.count > before.count && patched('heeds-what-came-before-the-wait') ? before : { ...news }
  const waitMs = progress.waitMs!
  const isStopped = () => news.stops > known.stops
  if (progress.waitsFor === undefined) await condition(() => news.count > known.count, waitMs)
  else if (progress.waitsFor === 'place') await condition(isStopped, waitMs)
  else if (!(await condition(isStopped, Math.min(waitMs, shortestWaitMs))) && waitMs > shortestWaitMs) {
    await condition(() => isStopped() || news.asks > known.asks, waitMs - shortestWaitMs)
  }
  if (workflowInfo().historyLength > eventsPerHistory) await goOnAnew(input)
}

/** The row holds the run's place, and the next execution takes up the same run. */
function goOnAnew(input: RunSyncInput): Promise<never> {
  return continueAsNew({ ...input, trigger: 'manual' })
}

/** The activity has told what it fails with, and that this was its last try. */
class OutOfTries extends Error {
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** The hub's code of a failed activity; a timeout or anything unforeseen is `SYNC_FAILED`. */
function codeOf(error: ActivityFailure | OutOfTries): ErrorCode {
  const code = error instanceof OutOfTries ? error.code : codeOfCause(error)
  return code === undefined || code === 'INTERNAL' ? 'SYNC_FAILED' : (code as ErrorCode)
}

function codeOfCause({ cause }: ActivityFailure): string | undefined {
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined
}
