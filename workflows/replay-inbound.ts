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
import type { createInboundActivities } from '../activities/inbound.ts'
import { inboundReplayChangedSignal, type InboundReplayInput, type InboundReplayStep } from '../src/inbound/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { attempt, hubTroubleMs } from './attempt.ts'
import { instantIn } from './instant.ts'

const { moveInboundReplay, cancelInboundReplay } = proxyActivities<ReturnType<typeof createInboundActivities>>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '2 seconds', maximumAttempts: 5 },
})

const stepsEach = 200

/** Routes a range of inbound webhooks again, step by step, no faster than they are routed. The row decides: cancelled, it ends. */
export async function replayInbound(input: InboundReplayInput): Promise<void> {
  try {
    await carryOut(input)
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => cancelInboundReplay(input))
    throw error
  }
}

async function carryOut(input: InboundReplayInput): Promise<void> {
  let told = false
  setHandler(defineSignal(inboundReplayChangedSignal), () => void (told = true))
  for (let steps = 1; ; steps++) {
    told = false
    const step = await attempt(() => moveInboundReplay(input))
    const waitMs = step?.waitMs ?? hubTroubleMs
    setCurrentDetails(describe(step, waitMs))
    if (step && step.state !== 'running' && step.state !== 'requested') return
    if (waitMs > 0) await condition(() => told, waitMs)
    if (steps >= stepsEach || workflowInfo().continueAsNewSuggested) await continueAsNew<typeof replayInbound>(input)
  }
}

function describe(step: InboundReplayStep | undefined, waitMs: number): string {
  if (!step) return `The hub could not go on just now; it tries again at ${instantIn(waitMs)}.`
  if (step.state === 'gone') return 'There is no such replay any more.'
  const counts = `${step.lookedAt} webhooks looked at, ${step.queued} queued again`
  if (step.state === 'finished') return `Finished: ${counts}.`
  if (step.state === 'cancelled') return `Cancelled: ${counts}.`
  return waitMs > 0 ? `${counts}; enough wait to be routed: it goes on at ${instantIn(waitMs)}.` : `${counts}.`
}
