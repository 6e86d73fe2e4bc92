import {
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { createReplayActivities } from '../activities/delivery.ts'
import { replayChangedSignal, type ReplayInput, type ReplayStep } from '../src/delivery/contract.ts'
import { taskQueues, type Attention } from '../src/temporal/contract.ts'
import { attempt, hubTroubleMs } from './attempt.ts'
import { attend } from './attention.ts'
import { instantIn } from './instant.ts'

const { moveReplay, cancelReplay } = proxyActivities<ReturnType<typeof createReplayActivities>>({
  taskQueue: taskQueues.workflows,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '2 seconds', maximumAttempts: 5 },
})

const stepsEach = 200

/**
 * Sends a range of deliveries again: step by step they go back to the queue, no faster than their endpoints take them. The
 * row decides: paused, it waits until it is told otherwise; cancelled, it ends.
 */
export async function replayDeliveries(input: ReplayInput): Promise<void> {
  try {
    await carryOut(input)
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => cancelReplay(input))
    throw error
  }
}

async function carryOut(input: ReplayInput): Promise<void> {
  let told = false
  setHandler(defineSignal(replayChangedSignal), () => void (told = true))
  let attention: Attention = 'none'
  let idle = 0
  for (let steps = 1; ; steps++) {
    told = false
    const step = await attempt(() => moveReplay(input, idle))
    const waitMs = step?.waitMs ?? hubTroubleMs
    setCurrentDetails(describe(step, waitMs))
    const needed = step?.state === 'paused' ? 'held' : 'none'
    if (attention !== needed) attend(needed)
    attention = needed
    if (step?.state === 'finished' || step?.state === 'cancelled' || step?.state === 'gone') return
    if (step?.state === 'paused') {
      await condition(() => told)
      continue
    }
    idle = step?.moved ? 0 : idle + 1
    if (waitMs > 0) await condition(() => told, waitMs)
    if (steps >= stepsEach || workflowInfo().continueAsNewSuggested) await continueAsNew<typeof replayDeliveries>(input)
  }
}

function describe(step: ReplayStep | undefined, waitMs: number): string {
  const until = instantIn(waitMs)
  if (!step) return `The hub could not go on just now; it tries again at ${until}.`
  if (step.state === 'gone') return 'There is no such replay any more.'
  const skipped = step.skipped === 0 ? '' : `, ${grouped(step.skipped)} skipped`
  const counts = `${grouped(step.lookedAt)} of the deliveries looked at, ${grouped(step.queued)} queued again${skipped}`
  if (step.state === 'finished') return `Finished: ${counts}.`
  if (step.state === 'cancelled') return `Cancelled: ${counts}.`
  const standing = `${counts}; at ${step.at}.`
  if (step.state === 'paused') return `Paused: ${standing}`
  if (step.waitsFor !== null) return `${standing} ${step.waitsFor} has enough waiting: it goes on at ${until}.`
  return waitMs > 0 ? `${standing} It goes on at ${until}.` : standing
}

/** 1500 as 1,500. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
