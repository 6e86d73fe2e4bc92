import { continueAsNew, patched, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow'
import type { createRotationActivities } from '../activities/rotation.ts'
import type { RotateKeysInput, RotateKeysResult, RotationSlice } from '../src/credentials/contract.ts'
import { sentenceOfKeys } from '../src/credentials/policy.ts'
import { taskQueues, type Attention } from '../src/temporal/contract.ts'
import { attend } from './attention.ts'

const activities = proxyActivities<ReturnType<typeof createRotationActivities>>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '1 day',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
})

/** What was locked in one pass is looked at in the next; what is left then is told. */
const mostPasses = 3

/**
 * Seals with the first encryption key what older ones have sealed, in the background, and says which keys are no longer used.
 * Everything opens all the while: a value names the key that has sealed it.
 */
export async function rotateKeys(input: RotateKeysInput): Promise<RotateKeysResult> {
  let [resealed, unopened] = [input.from?.resealed ?? 0, 0]
  let keys: RotateKeysResult['keys'] = []
  let from: RotationSlice | null = input.from ?? null
  for (let pass = 1; pass <= mostPasses; pass += 1) {
    unopened = from?.unopened ?? 0
    do {
      const slice: RotationSlice = await activities.resealSlice(from, input.batchSize)
      resealed += slice.resealed
      unopened += slice.unopened
      from = slice.next === null ? null : slice
      setCurrentDetails(`Sealed ${resealed} anew with key ${slice.keyId} so far.`)
      if (from && workflowInfo().continueAsNewSuggested) {
        await continueAsNew<typeof rotateKeys>({ ...input, from: { ...from, resealed, unopened } })
      }
    } while (from)
    keys = await activities.countKeyUses()
    const left = keys.reduce((sum, { state, sealed }) => (state === 'current' ? sum : sum + sealed), 0)
    if (left <= unopened) break
  }
  // Histories of before; what is over needs nobody: what did not open is in the details, and each time anew.
  const attention: Attention = unopened > 0 && !patched('over-needs-nobody') ? 'needs_person' : 'none'
  attend(attention)
  const trouble = unopened > 0 ? ` ${unopened} do not open and were left as they are.` : ''
  setCurrentDetails(`Sealed ${resealed} anew. ${sentenceOfKeys(keys)}${trouble}`)
  return { resealed, unopened, keys }
}
