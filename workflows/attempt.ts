import { ActivityFailure, isCancellation } from '@temporalio/workflow'

/** How long a workflow that looks after something waits when the hub itself has trouble. */
export const hubTroubleMs = 30_000

/** A step, or nothing when the hub itself has trouble: that is no reason to give up what is looked after. */
export async function attempt<Step>(work: () => Promise<Step>): Promise<Step | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ActivityFailure && !isCancellation(error)) return undefined
    throw error
  }
}
