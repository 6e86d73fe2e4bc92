import type { Hub } from '../hub.ts'

/** Starts requested runs that were not started and frees run rows whose workflow is gone. Gives how many. */
export async function reconcileSync(_hub: Hub, _limit: number): Promise<number> {
  return 0
}
