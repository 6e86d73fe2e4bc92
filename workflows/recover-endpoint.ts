import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { createRecoveryActivities } from '../activities/delivery.ts'
import { endpointChangedSignal, type RecoverEndpointInput, type RecoveryStep } from '../src/delivery/contract.ts'
import { taskQueues, type Attention } from '../src/temporal/contract.ts'
import { attempt, hubTroubleMs } from './attempt.ts'
import { attend } from './attention.ts'
import { instantIn } from './instant.ts'

type Activities = ReturnType<typeof createRecoveryActivities>

const { assessRecovery, probeEndpoint } = proxyActivities<Activities>({
  taskQueue: taskQueues.workflows,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  retry: { initialInterval: '2 seconds', maximumAttempts: 5 },
})
const { drainEndpoint } = proxyActivities<Activities>({
  taskQueue: taskQueues.workflows,
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '2 seconds', maximumAttempts: 5 },
})

const stepsEach = 200

/**
 * Looks after one endpoint that fails: waits with growing delays, probes with one delivery at a time, and when one goes
 * through, drains what waits, oldest first and more with each step. It ends when the endpoint is open or disabled, or when
 * somebody else decided about it.
 */
export async function recoverEndpoint(input: RecoverEndpointInput): Promise<void> {
  let changed = false
  setHandler(defineSignal(endpointChangedSignal), () => void (changed = true))
  let current: RecoverEndpointInput = { probes: 0, ...input }
  let attention: Attention = 'retrying'
  let drained = 0
  let step = await attempt(() => assessRecovery(current))

  for (let steps = 0; ; steps++) {
    if (step?.state === 'open' || step?.state === 'disabled' || step?.state === 'stale') {
      setCurrentDetails(endings[step.state])
      attend('none')
      return
    }
    const waitMs = step?.waitMs ?? hubTroubleMs
    setCurrentDetails(describe(step, waitMs))
    if (step?.notified && attention === 'retrying') {
      attention = 'needs_person'
      attend(attention)
    }
    // The timer says it too, where the page shows its history first: without a look at the details, or a worker to ask.
    if (waitMs > 0) await condition(() => changed, waitMs, { summary: describeStanding(step, waitMs) })
    changed = false
    if (steps >= stepsEach || workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof recoverEndpoint>(current)
    }
    const draining = step?.state === 'draining'
    const { probes = 0 } = current
    step = await attempt(() => (draining ? drainEndpoint(current, drained) : probeEndpoint(current)))
    if (!step) continue
    drained = step.state === 'draining' && draining ? drained + 1 : 0
    current = {
      ...current,
      epoch: step.epoch,
      // An endpoint that fails again while it is drained starts its delays anew.
      probes: draining ? 0 : probes + 1,
      ...(step.probed === undefined ? {} : { lastProbed: step.probed }),
    }
  }
}

const endings = {
  open: 'The endpoint takes deliveries again.',
  disabled: 'The endpoint is disabled; what waited has failed and can be replayed.',
  stale: 'The endpoint was changed or removed by hand: there is nothing left to do here.',
}

/** What a person reads on the workflow's page: how many wait, why, and until when. */
function describe(step: RecoveryStep | undefined, waitMs: number): string {
  const end =
    step?.state === 'recovering' && step.disableAt !== undefined
      ? ` Unless one succeeds, it is disabled at ${step.disableAt}.`
      : ''
  return describeStanding(step, waitMs) + end
}

/** The same, short enough for a summary, of which Temporal keeps 400 bytes. */
function describeStanding(step: RecoveryStep | undefined, waitMs: number): string {
  const until = instantIn(waitMs)
  if (!step) return `The hub could not look at the endpoint just now; it tries again at ${until}.`
  const waiting =
    step.waiting >= 100_000
      ? '100,000 or more deliveries wait'
      : step.waiting === 1
        ? '1 delivery waits'
        : `${step.waiting} deliveries wait`
  if (step.state === 'draining') return `The endpoint answers again. ${waiting}, and are sent oldest first.`
  const since = step.failingSince === undefined ? '' : `, failing since ${step.failingSince}`
  return `${waiting}. Last error: ${step.error ?? 'unknown'}${since}. Next probe at ${until}.`
}
