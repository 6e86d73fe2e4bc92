import {
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { Attention } from '../src/temporal/contract.ts'
import { attempt, hubTroubleMs } from './attempt.ts'
import { attend, attentionNow } from './attention.ts'

/** A run ends after so many, before its history grows long. */
const stepsEach = 200

/** How a long piece of work is carried out whose row says how it stands. */
export interface Steps<Step extends { waitMs: number }> {
  /** The signal that its row has changed. */
  changed: string
  /** @param idle how many steps before this one moved nothing */
  move(idle: number): Promise<Step>
  /** What the Temporal UI says; of no step when the hub has trouble. */
  words(step: Step | undefined, waitMs: number): string
  isOver(step: Step): boolean
  /** Whether it goes on only when it is told so. */
  isHeld?(step: Step): boolean
  hasMoved?(step: Step): boolean
  attention?(step: Step | undefined): Attention
  /** Its workflow is cancelled: the row has to say so. */
  cancel(): Promise<void>
  /** Goes on as another run. */
  goOn(): Promise<never>
}

/** Carries work out step by step until it is over; gives the last step. Between two it waits as long as the step says, or until it is told. */
export async function stepByStep<Step extends { waitMs: number }>(steps: Steps<Step>): Promise<Step> {
  try {
    return await carryOut(steps)
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => steps.cancel())
    throw error
  }
}

async function carryOut<Step extends { waitMs: number }>(steps: Steps<Step>): Promise<Step> {
  let told = false
  setHandler(defineSignal(steps.changed), () => void (told = true))
  let attention = attentionNow()
  let idle = 0
  for (let count = 1; ; count++) {
    told = false
    const step = await attempt(() => steps.move(idle))
    const waitMs = step?.waitMs ?? hubTroubleMs
    setCurrentDetails(steps.words(step, waitMs))
    const needed = steps.attention?.(step) ?? 'none'
    if (attention !== needed) attend(needed)
    attention = needed
    if (step && steps.isOver(step)) return step
    if (step && steps.isHeld?.(step)) {
      await condition(() => told)
      continue
    }
    idle = step && steps.hasMoved?.(step) ? 0 : idle + 1
    if (waitMs > 0) await condition(() => told, waitMs)
    if (count >= stepsEach || workflowInfo().continueAsNewSuggested) await steps.goOn()
  }
}
