import { Client, Connection } from '@temporalio/client'
import { countActions } from '../actions.ts'
import { forgetPeak, peakMb } from '../memory.ts'
import { emptyRow, type Row } from '../row.ts'
import { lastedMs, newLedger, runToEnd, type SyncScene } from './scene.ts'

const rows = 1_000_000

/** One sync of a million rows: what the worker holds meanwhile, what Temporal is asked for, and how long a history grows. */
export async function benchMillion(scene: SyncScene): Promise<Row[]> {
  const tenant = await scene.newTenant('million')
  const syncId = await newLedger(scene, tenant, `${rows}-0-million`, {})
  const results: Row[] = []
  for (const [name, body] of [
    ['1,000,000 rows, first load', {}],
    ['1,000,000 rows, read again', { full: true }],
  ] as const) {
    const pid = scene.product.worker.pid
    forgetPeak(pid)
    const from = Date.now()
    const run = await runToEnd(tenant.api, syncId, body)
    const workerMb = peakMb(pid)
    if (run.counts.pulled !== rows) throw new Error(`rows are missing: ${JSON.stringify(run.counts)}`)
    const { address } = scene.product.stack.temporal
    const { total } = await countActions(address, from, Date.now())
    const longest = await longestHistory(address)
    scene.say(
      `${name}: ${lastedMs(run)} ms, ${workerMb} MB, ${total} actions, the longest history has ${longest} events`,
    )
    const perSecond = Math.round(rows / (lastedMs(run) / 1_000))
    results.push({
      ...{ ...emptyRow(name), perSecond, workerMb, actionsPer1000: (total / rows) * 1_000 },
      failed: longest < 2_000 ? 0 : longest,
      goals: [
        { of: 'workerMb', below: 300 },
        { of: 'actionsPer1000', atMost: 3 },
        { of: 'failed', atMost: 0 },
      ],
    })
  }
  return results
}

/** Events of the longest history there is. */
async function longestHistory(address: string): Promise<number> {
  const connection = await Connection.connect({ address })
  let longest = 0
  try {
    for await (const { historyLength } of new Client({ connection }).workflow.list()) {
      longest = Math.max(longest, historyLength)
    }
  } finally {
    await connection.close()
  }
  return longest
}
