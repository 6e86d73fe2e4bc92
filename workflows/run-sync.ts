import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow'
import type { createSyncActivities } from '../activities/sync.ts'
import type { ErrorCode } from '../src/errors.ts'
import {
  runRequestedSignal,
  type RunEnd,
  type RunProgress,
  type RunRef,
  type RunSyncInput,
  type RunSyncResult,
} from '../src/sync/contract.ts'
import { searchAttributes, taskQueues, type Attention } from '../src/temporal/contract.ts'

type Activities = ReturnType<typeof createSyncActivities>

const rows = proxyActivities<Activities>({
  taskQueue: taskQueues.sync,
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
})

const runRequested = defineSignal(runRequestedSignal)
/** A workflow that is asked again and again begins a new history now and then. */
const runsPerHistory = 20
const eventsPerHistory = 8_000

/**
 * One sync: takes the run that its row asks for, pulls and pushes, and looks before it ends whether another was asked for
 * meanwhile. If another workflow holds the sync's run, that one will run again, and this one is over.
 */
export async function runSync(input: RunSyncInput): Promise<RunSyncResult> {
  const { workspaceId, syncId, trigger } = input
  let asked = false
  const news = { count: 0 }
  setHandler(runRequested, () => {
    asked = true
    news.count++
  })
  const result: RunSyncResult = { runs: [] }
  for (let first = true; first || asked; first = false) {
    asked = false
    const start = await rows.beginRun({ workspaceId, syncId }, trigger, first && trigger === 'schedule')
    if (start.kind === 'lost') setCurrentDetails('Another workflow holds the run of this sync; it will run again.')
    if (start.kind === 'skipped') setCurrentDetails(`Nothing to run: ${start.reason}`)
    if (start.kind === 'failed') fail(start.errorCode)
    if (start.kind !== 'taken') continue
    const end = await carryOut(input, { workspaceId, syncId, runId: start.runId }, news)
    result.runs.push({ runId: start.runId, status: end.status, errorCode: end.errorCode })
    asked ||= end.again
    if (asked && result.runs.length >= runsPerHistory) {
      await continueAsNew<typeof runSync>({ ...input, trigger: 'manual' })
    }
  }
  return result
}

async function carryOut(input: RunSyncInput, ref: RunRef, news: { count: number }): Promise<RunEnd> {
  const { maximumAttempts = 8, initialIntervalMs = 2_000 } = input.retry ?? {}
  const work = proxyActivities<Activities>({
    taskQueue: taskQueues.sync,
    startToCloseTimeout: '15 minutes',
    scheduleToCloseTimeout: '2 hours',
    heartbeatTimeout: '20 seconds',
    retry: { maximumAttempts, initialInterval: initialIntervalMs, maximumInterval: '1 minute' },
  })
  let isWaiting = false
  /** Works until it is done, and sleeps where a rate limit is used up: that costs no attempt, however often it happens. */
  const toTheEnd = async (details: string, step: () => Promise<RunProgress>): Promise<RunProgress> => {
    setCurrentDetails(details)
    for (;;) {
      const progress = await step()
      if (isWaiting !== (progress.waitMs !== undefined)) {
        isWaiting = !isWaiting
        attend(isWaiting ? 'retrying' : 'none')
        if (!isWaiting) setCurrentDetails(details)
      }
      if (progress.done) return progress
      if (progress.waitMs !== undefined) await sleepOn(input, ref, progress.waitMs, news)
    }
  }
  try {
    const pulled = await toTheEnd(
      `Run ${ref.runId} pulls from ${input.provider}; it goes on page by page until it has everything.`,
      () => work.pullFromProvider(ref, true),
    )
    if (pulled.phase !== 'done') {
      await toTheEnd(`Run ${ref.runId} pushes what has changed in the hub to ${input.provider}.`, () =>
        work.pushToProvider(ref, true),
      )
    }
    const end = await rows.finishRun(ref, 'succeeded', null)
    if (end.status === 'failed') fail(end.errorCode)
    else setCurrentDetails(`Run ${ref.runId} is over: ${end.status}.`)
    return end
  } catch (error) {
    if (isCancellation(error)) {
      if (isWaiting) attend('none')
      await CancellationScope.nonCancellable(() => rows.finishRun(ref, 'cancelled', 'SYNC_STOPPED'))
      throw error
    }
    if (!(error instanceof ActivityFailure)) throw error
    const end = await rows.finishRun(ref, 'failed', codeOf(error))
    if (end.status === 'failed') fail(end.errorCode)
    else {
      if (isWaiting) attend('none')
      setCurrentDetails(`Run ${ref.runId} was stopped: ${end.errorCode ?? ''}`)
    }
    return end
  }
}

/** Waits as long as the platform says, or until something about the sync has changed. */
async function sleepOn(input: RunSyncInput, { runId }: RunRef, waitMs: number, news: { count: number }): Promise<void> {
  const until = new Date(Date.now() + waitMs).toISOString()
  setCurrentDetails(`Run ${runId} waits: the rate limit of ${input.provider} is used up. It goes on at ${until}.`)
  const known = news.count
  await condition(() => news.count > known, waitMs)
  // The row holds the run's place, and the next execution takes up the same run.
  if (workflowInfo().historyLength > eventsPerHistory) {
    await continueAsNew<typeof runSync>({ ...input, trigger: 'manual' })
  }
}

function attend(value: Attention): void {
  upsertSearchAttributes([{ key: searchAttributes.attention, value }])
}

/** The hub's code of a failed activity; a timeout or anything unforeseen is `SYNC_FAILED`. */
function codeOf({ cause }: ActivityFailure): ErrorCode {
  if (!(cause instanceof ApplicationFailure) || !cause.type || cause.type === 'INTERNAL') return 'SYNC_FAILED'
  return cause.type as ErrorCode
}

/** What only a person can mend, and how. */
const forPersons: Record<string, string> = {
  TOKEN_EXPIRED: "the connection's user has to connect again",
  DELETIONS_HELD: 'more is gone at the platform than a run deletes by itself; the sync says how to allow it',
}

function fail(errorCode: string | null): void {
  const forPerson = forPersons[errorCode ?? '']
  const attention: Attention = forPerson === undefined ? 'none' : 'needs_person'
  attend(attention)
  setCurrentDetails(`The run failed with ${errorCode ?? 'SYNC_FAILED'}: ${forPerson ?? 'the next run tries again'}.`)
}
