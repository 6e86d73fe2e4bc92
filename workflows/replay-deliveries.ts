import { continueAsNew, proxyActivities } from '@temporalio/workflow'
import type { createReplayActivities } from '../activities/delivery.ts'
import { replayChangedSignal, type ReplayInput, type ReplayStep } from '../src/delivery/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { instantIn } from './instant.ts'
import { stepByStep } from './steps.ts'

const { moveReplay, cancelReplay } = proxyActivities<ReturnType<typeof createReplayActivities>>({
  taskQueue: taskQueues.workflows,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '2 seconds', maximumAttempts: 5 },
})

/**
 * Sends a range of deliveries again: step by step they go back to the queue, no faster than their endpoints take them. The
 * row decides: paused, it waits until it is told otherwise; cancelled, it ends.
 */
export async function replayDeliveries(input: ReplayInput): Promise<void> {
  await stepByStep({
    changed: replayChangedSignal,
    move: idle => moveReplay(input, idle),
    words: describe,
    isOver: ({ state }) => state === 'finished' || state === 'cancelled' || state === 'gone',
    isHeld: ({ state }) => state === 'paused',
    hasMoved: ({ moved }) => moved,
    attention: step => (step?.state === 'paused' ? 'held' : 'none'),
    cancel: () => cancelReplay(input),
    goOn: () => continueAsNew<typeof replayDeliveries>(input),
  })
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
