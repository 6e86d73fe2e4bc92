import {
  ActivityFailure,
  condition,
  defineSignal,
  isCancellation,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow'
import type { ConnectionActivities } from '../activities/connections.ts'
import { callbackSignal, type AttemptOutcome, type ConnectAccountInput } from '../src/connections/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { attend } from './attention.ts'
import { instantAt, instantIn } from './instant.ts'

const minute = 60_000
const hour = 60 * minute
/** When to look again whether the time to choose is over. */
const laterMs = 5_000
/** A code lives for minutes: after that only a new start helps. */
const exchangeForMs = 5 * minute
/** What the code has won is sealed: it is not given up while the platform cannot say whose it is. */
const identifyForMs = 60 * minute

const stepsFor = (forMs: number, retry: { maximumInterval: number; maximumAttempts?: number }) =>
  proxyActivities<ConnectionActivities>({
    taskQueue: taskQueues.connections,
    startToCloseTimeout: '40 seconds',
    scheduleToCloseTimeout: forMs,
    retry: { initialInterval: '1 second', backoffCoefficient: 2, ...retry },
  })
/** A few tries at once; what then still fails is told of while it is tried again. */
const quick = stepsFor(5 * minute, { maximumInterval: 5_000, maximumAttempts: 3 })
const activities = stepsFor(exchangeForMs, { maximumInterval: 20_000 })
const { completeAttempt } = stepsFor(identifyForMs, { maximumInterval: minute })

const callback = defineSignal(callbackSignal)

/**
 * One try of a person to connect an account: waits for the callback, which the row has already taken when the signal comes,
 * then exchanges the code, asks whose account it is, and makes the grant the connection's. Where it opens several accounts it
 * waits for the person's choice first, which is told by the same signal.
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
    const until = instantIn(input.waitMs)
    setCurrentDetails(`Waits for the person to come back from ${provider}, until ${until}.`)
    if (!(await condition(() => called, input.waitMs))) {
      const expired = await activities.expireAttempt(ref)
      if (expired && expired !== 'choosing') return ended(expired)
    }
  }
  try {
    setCurrentDetails(`Exchanges the code with ${provider}.`)
    const exchange = [() => quick.exchangeAttempt(ref), () => activities.exchangeAttempt(ref)] as const
    const failed = await patiently(`${provider} does not take the code`, exchangeForMs, ...exchange)
    if (failed && failed !== 'choosing') return ended(failed)
    let chooseMs = input.chooseMs ?? hour
    for (;;) {
      called = false
      setCurrentDetails(`Asks ${provider} whose account it is.`)
      const complete = [() => quick.completeAttempt(ref), () => completeAttempt(ref)] as const
      const step = await patiently(`${provider} does not say whose account it is`, identifyForMs, ...complete)
      if (step !== 'choosing') return ended(step ?? 'failed')
      const until = instantIn(chooseMs)
      setCurrentDetails(`Several accounts of ${provider} are open. Waits until ${until} for the person to choose one.`)
      attend('needs_person')
      if (!(await condition(() => called, chooseMs))) {
        const late = await activities.expireAttempt(ref)
        if (late && late !== 'choosing') return ended(late)
        // By the database's clock there is a little time left.
        chooseMs = laterMs
      }
      attend('none')
    }
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error
    setCurrentDetails(`${provider} did not work for too long: the code is spent or expired.`)
    const step = await activities.abandonAttempt(ref)
    return ended(step === null || step === 'choosing' ? 'failed' : step)
  }
}

/** A step, first `quickly`; where that fails it is told what fails, and until when it is tried. */
async function patiently<Result>(
  what: string,
  forMs: number,
  quickly: () => Promise<Result>,
  again: () => Promise<Result>,
): Promise<Result> {
  try {
    return await quickly()
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error) || !patched('tells-what-fails')) throw error
  }
  const [since, until] = [Date.now(), Date.now() + forMs].map(instantAt)
  setCurrentDetails(`${what} since ${since}. It is tried again until ${until}; then its person has to begin anew.`)
  attend('retrying')
  return again()
}

function ended(outcome: AttemptOutcome): AttemptOutcome {
  setCurrentDetails(`The attempt is ${outcome}.`)
  // Histories of before; an attempt that is over needs nobody: its connection says what became of it.
  if (outcome === 'failed' && !patched('over-needs-nobody')) attend('needs_person')
  return outcome
}
