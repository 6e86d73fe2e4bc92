import { countActions } from '../actions.ts'
import { cpuSeconds } from '../cpu.ts'
import { forgetPeak, peakMb } from '../memory.ts'
import { emptyRow, type Goal, type Row } from '../row.ts'
import { publishAndArrive, type Load } from './load.ts'
import type { Scene } from './scene.ts'

/** Every row's: the worker stays small whatever it does. */
export const memoryGoal: Goal = { of: 'workerMb', below: 400 }
/** A happy path's, at full speed. */
export const actionsGoal: Goal = { of: 'actionsPer1000', atMost: 20 }

export interface Measured {
  name: string
  load: Load
  goals: Goal[]
}

/** Runs one load; gives its row, with the worker's memory and what each part spent. */
export async function measure(
  scene: Scene,
  { name, load, goals }: Measured,
  say: (line: string) => void,
): Promise<Row> {
  say(name)
  const { stack, api, worker } = scene.product
  const processes = {
    api: api.pid,
    worker: worker.pid,
    postgres: stack.postgres.pid,
    temporal: stack.temporal.pid ?? 0,
    publisher: scene.publisher.pid ?? 0,
    receiver: scene.receiver.pid ?? 0,
  }
  forgetPeak(worker.pid)
  const before = cpuSeconds(processes)
  const seen = await publishAndArrive(scene, load)
  const after = cpuSeconds(processes)
  const deliveries = seen.published * (load.copies ?? 1)
  const spent = Object.keys(after).map(part => {
    const us = ((after[part]! - before[part]!) * 1e6) / deliveries
    return `${part} ${Math.round(us)}`
  })
  say(`CPU for each delivery, in microseconds: ${spent.join(', ')}`)
  const perSecond = Math.round(deliveries / ((seen.lastAt - seen.startedAt) / 1_000))
  const { total } = await countActions(stack.temporal.address, seen.startedAt, Date.now())
  return {
    ...emptyRow(name),
    perSecond,
    p50Ms: seen.p50Ms,
    p99Ms: seen.p99Ms,
    actionsPer1000: Math.round((total / deliveries) * 1e6) / 1000,
    workerMb: peakMb(worker.pid),
    goals: [...goals, memoryGoal],
  }
}
