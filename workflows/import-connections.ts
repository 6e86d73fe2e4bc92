import { continueAsNew, proxyActivities } from '@temporalio/workflow'
import type { createImportActivities } from '../activities/imports.ts'
import { importChangedSignal } from '../src/connections/contract.ts'
import type { ImportCounts, ImportInput, ImportStep } from '../src/connections/imports/contract.ts'
import { taskQueues } from '../src/temporal/contract.ts'
import { instantIn } from './instant.ts'
import { stepByStep } from './steps.ts'

const { moveImport, cancelImport } = proxyActivities<ReturnType<typeof createImportActivities>>({
  taskQueue: taskQueues.connections,
  startToCloseTimeout: '5 minutes',
  scheduleToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '2 seconds', maximumAttempts: 5 },
})

/**
 * Decides the rows of an import, step by step: what is good becomes a connection, what waits for its platform waits here. The
 * row decides: cancelled, it gives up what is left and ends.
 */
export async function importConnections(input: ImportInput): Promise<ImportCounts> {
  const { counts } = await stepByStep({
    changed: importChangedSignal,
    move: () => moveImport(input),
    words: describe,
    isOver: ({ state }) => state !== 'running',
    attention: step => (step?.waitsFor ? 'retrying' : 'none'),
    cancel: () => cancelImport(input),
    goOn: () => continueAsNew<typeof importConnections>(input),
  })
  return counts
}

function describe(step: ImportStep | undefined, waitMs: number): string {
  const until = instantIn(waitMs)
  if (!step) return `The hub could not go on just now; it tries again at ${until}.`
  if (step.state === 'gone') return 'There is no such import any more.'
  const standing = wordsOf(step.counts)
  if (step.state === 'finished') return `Finished: ${standing}`
  if (step.state === 'cancelled') return `Cancelled: ${standing}`
  const { waitsFor } = step
  if (waitsFor) {
    const { rows, provider, since, code } = waitsFor
    return `${standing} ${rows} wait for ${provider} since ${since} (${code}): it goes on at ${until}.`
  }
  return waitMs > 0 ? `${standing} It goes on at ${until}.` : standing
}

function wordsOf({ total, ...counts }: ImportCounts): string {
  const { connected, needsReauth, duplicate, failed, unchecked, cancelled } = counts
  const decided = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const parts = [
    `${connected} connected`,
    `${needsReauth} need their person`,
    `${duplicate} there already`,
    `${failed} failed`,
    ...(unchecked > 0 ? [`${unchecked} not checked`] : []),
    ...(cancelled > 0 ? [`${cancelled} given up`] : []),
  ]
  return `${decided} of ${total} rows decided: ${parts.join(', ')}.`
}
