import {
  ActivityFailure,
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { createInboundActivities } from '../activities/inbound.ts'
import { inboundArrivedSignal, type HandleInboundInput, type RoutedUntil } from '../src/inbound/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { attend, attentionNow } from './attention.ts'

const activities = proxyActivities<ReturnType<typeof createInboundActivities>>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '15 minutes',
  heartbeatTimeout: '5 seconds',
  // It is the one who routes for all: after an outage it goes on within seconds, however often it has failed.
  retry: { initialInterval: '1 second', maximumInterval: '4 seconds' },
})

/** A run ends before its history grows long; the next goes on from the queue. */
const longestHistory = 2_000

/**
 * Routes the webhooks that providers have sent, in batches, until none waits. What could not be routed yet is waited for
 * with a durable timer; an arrival ends that wait.
 */
export async function handleInbound(input: HandleInboundInput): Promise<void> {
  let arrived = true
  setHandler(defineSignal(inboundArrivedSignal), () => {
    arrived = true
  })
  let attention = attentionNow()
  while (arrived) {
    arrived = false
    const result = await route(input)
    if (result === undefined) return
    const waits = result.nextDueMs !== null
    if (attention !== (waits ? 'retrying' : 'none')) {
      attention = waits ? 'retrying' : 'none'
      attend(attention)
    }
    setCurrentDetails(described(result))
    if (result.nextDueMs !== null) {
      await condition(() => arrived, result.nextDueMs + 50)
      arrived = true
    }
    if (arrived && workflowInfo().historyLength > longestHistory) await continueAsNew<typeof handleInbound>(input)
  }
}

/** Undefined when routing has failed for a quarter of an hour: `reconcile` begins again. */
async function route(input: HandleInboundInput): Promise<RoutedUntil | undefined> {
  try {
    return await activities.routeArrived(input.lingerMs)
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error
    setCurrentDetails('Routing failed for 15 minutes; the next reconcile begins again')
    return undefined
  }
}

function described({ routed, unmatched, failed, nextDueMs }: RoutedUntil): string {
  const done = `Last look: ${routed} routed, ${unmatched} of unknown accounts, ${failed} put aside.`
  if (nextDueMs === null) return `${done} Nothing waits.`
  return `${done} What failed is tried again in ${Math.ceil(nextDueMs / 1000)} s.`
}
