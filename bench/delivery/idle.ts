import { setTimeout as sleep } from 'node:timers/promises'
import { dispatchDeliveriesName } from '../../src/delivery/contract.ts'
import { countActions } from '../actions.ts'
import { forgetPeak, peakMb } from '../memory.ts'
import { emptyRow, type BenchOptions, type Row } from '../row.ts'
import { memoryGoal } from './measure.ts'
import type { Scene } from './scene.ts'

const hourMs = 3_600_000
const leastSeconds = 60
/** DELIVERY_SLOTS of the embedded product. */
const slots = 2

/** What an idle system costs Temporal: the actions of each dispatch slot an hour. Heartbeats are apart. */
export async function idleActions(scene: Scene, { seconds, say }: BenchOptions): Promise<Row> {
  const idleMs = Math.max(seconds, leastSeconds) * 1_000
  say(`idle for ${idleMs / 1_000} s`)
  const { pid } = scene.product.worker
  forgetPeak(pid)
  const from = Date.now()
  await sleep(idleMs)
  const { byType } = await countActions(scene.product.stack.temporal.address, from, from + idleMs)
  const hourly = (count: number) => Math.round((count * hourMs) / idleMs)
  say(
    `actions an hour, by workflow: ${JSON.stringify(byType, (_key, value) => (typeof value === 'number' ? hourly(value) : (value as unknown)))}`,
  )
  return {
    ...emptyRow('nothing to do'),
    actionsPerSlotHour: hourly(byType[dispatchDeliveriesName] ?? 0) / slots,
    workerMb: peakMb(pid),
    goals: [{ of: 'actionsPerSlotHour', atMost: 60 }, memoryGoal],
  }
}
