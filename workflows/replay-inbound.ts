import { continueAsNew, proxyActivities } from '@temporalio/workflow'
import type { createInboundActivities } from '../activities/inbound.ts'
import { inboundReplayChangedSignal, type InboundReplayInput, type InboundReplayStep } from '../src/inbound/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { instantIn } from './instant.ts'
import { stepByStep } from './steps.ts'

const { moveInboundReplay, cancelInboundReplay } = proxyActivities<ReturnType<typeof createInboundActivities>>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '2 seconds', maximumAttempts: 5 },
})

/** Routes a range of inbound webhooks again, step by step, no faster than they are routed. The row decides: cancelled, it ends. */
export async function replayInbound(input: InboundReplayInput): Promise<void> {
  await stepByStep({
    changed: inboundReplayChangedSignal,
    move: () => moveInboundReplay(input),
    words: describe,
    isOver: ({ state }) => state !== 'running' && state !== 'requested',
    cancel: () => cancelInboundReplay(input),
    goOn: () => continueAsNew<typeof replayInbound>(input),
  })
}

function describe(step: InboundReplayStep | undefined, waitMs: number): string {
  if (!step) return `The hub could not go on just now; it tries again at ${instantIn(waitMs)}.`
  if (step.state === 'gone') return 'There is no such replay any more.'
  const counts = `${step.lookedAt} webhooks looked at, ${step.queued} queued again`
  if (step.state === 'finished') return `Finished: ${counts}.`
  if (step.state === 'cancelled') return `Cancelled: ${counts}.`
  return waitMs > 0 ? `${counts}; enough wait to be routed: it goes on at ${instantIn(waitMs)}.` : `${counts}.`
}
