import { idleActions } from './delivery/idle.ts'
import { publishAndArrive, type Load } from './delivery/load.ts'
import { actionsGoal, measure } from './delivery/measure.ts'
import { makeEndpoints, rawLoop, setScene, closeScene } from './delivery/scene.ts'
import { besideSnapshot } from './delivery/snapshot.ts'
import { onStoredTables } from './delivery/stored.ts'
import { emptyRow, type BenchOptions, type Goal, type Row } from './row.ts'

/** Measures delivery end to end, each row beside the raw loop's speed in the same run. */
export async function benchDelivery(options: BenchOptions): Promise<Row[]> {
  const scene = await setScene(options)
  const { say, seconds } = options
  const rows: Row[] = []
  const row = async (name: string, load: Omit<Load, 'seconds'>, baseline: number | null, goals: Goal[]) => [
    await measure(scene, { name, load: { seconds, ...load }, baseline, goals }, say),
  ]
  try {
    const raw = await rawLoop(scene, options)
    rows.push({ ...emptyRow('raw loop'), perSecond: raw })
    say('warming up')
    await publishAndArrive(scene, { type: 'a.b', bulk: 1, seconds: 5 })
    await publishAndArrive(scene, { type: 'a.b', bulk: 100, seconds: 3 })
    const single = { type: 'a.b', bulk: 1 }
    const parts: Record<string, () => Promise<Row[]>> = {
      single: () => row('published one at a time', single, raw, [{ of: 'ratio', atLeast: 0.3 }, actionsGoal]),
      bulk: () =>
        row('published 100 at a time', { type: 'a.b', bulk: 100 }, raw, [{ of: 'ratio', atLeast: 0.55 }, actionsGoal]),
      steady: () => row('500 events a second', { ...single, rate: 500 }, null, [{ of: 'p99Ms', below: 60 }]),
      idle: () =>
        row('one event at a time, otherwise idle', { ...single, rate: 4, publishers: 1 }, null, [
          { of: 'p50Ms', below: 40 },
        ]),
      async fanout() {
        await makeEndpoints(scene, 1_000, 'wide')
        const load = { type: 'wide', bulk: 1, publishers: 4, copies: 1_000 }
        return row('one event to 1,000 endpoints', load, raw, [{ of: 'ratio', atLeast: 0.5 }, actionsGoal])
      },
      async large() {
        await makeEndpoints(scene, 50, 'large')
        const padBytes = 1024 * 1024 - 1_000
        const load = { type: 'large', bulk: 1, publishers: 4, copies: 50, padBytes, mostUnderWay: 1_000 }
        return row('1 MiB to 50 endpoints', load, null, [])
      },
      snapshot: async () => [await besideSnapshot(scene, raw, options)],
      stored: () => onStoredTables(scene, options),
      actions: async () => [await idleActions(scene, options)],
    }
    for (const [part, run] of Object.entries(parts)) {
      if (options.only !== undefined && !options.only.includes(part)) continue
      const measured = await run()
      rows.push(...measured)
      for (const one of measured) say(JSON.stringify(one))
    }
    say(`the raw loop once more: ${await rawLoop(scene, options)} a second`)
  } finally {
    await closeScene(scene)
  }
  return rows
}
