import {
  ActivityFailure,
  condition,
  defineSignal,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow'
import type { ConnectionActivities } from '../activities/connections.ts'
import { callbackSignal, type AttemptOutcome, type ConnectAccountInput } from '../src/connections/contract.ts'
import { searchAttributes, taskQueues } from '../src/temporal/contract.ts'

const activities = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '40 seconds',
  // A code lives for minutes: after that only a new start helps.
  scheduleToCloseTimeout: '5 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '20 seconds' },
})

// What the code has won is sealed: it is not given up while the platform cannot say whose it is.
const { completeAttempt } = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '40 seconds',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
})

const callback = defineSignal(callbackSignal)

/**
 * One try of a person to connect an account: waits for the callback, which the row has already taken when the signal comes,
 * then exchanges the code, asks whose account it is, and makes the grant the connection's.
 */
export async function connectAccount(input: ConnectAccountInput): Promise<AttemptOutcome> {
  const { workspaceId, attemptId, provider } = input
  const ref = { workspaceId, attemptId }
  // Started late, by the callback itself or by reconcile, there is nothing to wait for.
  let called = input.waitMs === 0
  setHandler(callback, () => {
    called = true
  })
  if (!called) {
    const until = new Date(Date.now() + input.waitMs).toISOString()
    setCurrentDetails(`Waits for the person to come back from ${provider}, until ${until}.`)
    if (!(await condition(() => called, input.waitMs))) {
      const expired = await activities.expireAttempt(ref)
      if (expired) return ended(expired)
    }
  }
  try {
    setCurrentDetails(`Exchanges the code with ${provider}.`)
    const failed = await activities.exchangeAttempt(ref)
    if (failed) return ended(failed)
    setCurrentDetails(`Asks ${provider} whose account it is.`)
    return ended((await completeAttempt(ref)) ?? 'failed')
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error
    setCurrentDetails(`${provider} did not work for too long: the code is spent or expired.`)
    return ended((await activities.abandonAttempt(ref)) ?? 'failed')
  }
}

function ended(outcome: AttemptOutcome): AttemptOutcome {
  setCurrentDetails(`The attempt is ${outcome}.`)
  // Histories of before; an attempt that is over needs nobody: its connection says what became of it.
  if (outcome === 'failed' && !patched('over-needs-nobody'))
    upsertSearchAttributes([{ key: searchAttributes.attention, value: 'needs_person' }])
  return outcome
}
