import { idleActions } from './delivery/idle.ts'
import { publishAndArrive, type Load } from './delivery/load.ts'
import { actionsGoal, measure } from './delivery/measure.ts'
import { makeEndpoints, rawLoop, setScene, closeScene } from './delivery/scene.ts'
import { besideSnapshot } from './delivery/snapshot.ts'
import { onStoredTables } from './delivery/stored.ts'
import { besideBaseline, emptyRow, type BenchOptions, type Goal, type Row } from './row.ts'

/**
 * Measures delivery end to end. A row whose speed counts stands beside the raw loop's: the mean of the one before it and the
 * one after it, since the machine's own speed changes.
 */
export async function benchDelivery(options: BenchOptions): Promise<Row[]> {
  const scene = await setScene(options)
  const { say, seconds } = options
  const rows: Row[] = []
  const row = (name: string, load: Omit<Load, 'seconds'>, goals: Goal[]) =>
    measure(scene, { name, load: { seconds, ...load }, goals }, say)
  try {
    const raw = [await rawLoop(scene, options)]
    const beside = async (measured: Promise<Row>): Promise<Row[]> => {
      const speed = await measured
      const before = raw.at(-1)!
      const after = await rawLoop(scene, options)
      raw.push(after)
      return [besideBaseline(speed, (before + after) / 2)]
    }
    say('warming up')
    await publishAndArrive(scene, { type: 'a.b', bulk: 1, seconds: 5 })
    await publishAndArrive(scene, { type: 'a.b', bulk: 100, seconds: 3 })
    const single = { type: 'a.b', bulk: 1 }
    const parts: Record<string, () => Promise<Row[]>> = {
      single: () => beside(row('published one at a time', single, [{ of: 'ratio', atLeast: 0.3 }, actionsGoal])),
      bulk: () => {
        const goals: Goal[] = [{ of: 'ratio', atLeast: 0.55 }, actionsGoal]
        return beside(row('published 100 at a time', { type: 'a.b', bulk: 100 }, goals))
      },
      async fanout() {
        await makeEndpoints(scene, 1_000, 'wide')
        const load = { type: 'wide', bulk: 1, publishers: 4, copies: 1_000 }
        return beside(row('one event to 1,000 endpoints', load, [{ of: 'ratio', atLeast: 0.5 }, actionsGoal]))
      },
      steady: async () => [await row('500 events a second', { ...single, rate: 500 }, [{ of: 'p99Ms', below: 60 }])],
      async idle() {
        const load = { ...single, rate: 4, publishers: 1 }
        return [await row('one event at a time, otherwise idle', load, [{ of: 'p50Ms', below: 40 }])]
      },
      async large() {
        await makeEndpoints(scene, 50, 'large')
        const padBytes = 1024 * 1024 - 1_000
        const load = { type: 'large', bulk: 1, publishers: 4, copies: 50, padBytes, mostUnderWay: 1_000 }
        return [await row('1 MiB to 50 endpoints', load, [])]
      },
      stored: () => onStoredTables(scene, options),
      snapshot: () => beside(besideSnapshot(scene, options)),
      actions: async () => [await idleActions(scene, options)],
    }
    for (const [part, run] of Object.entries(parts)) {
      if (options.only !== undefined && !options.only.includes(part)) continue
      const measured = await run()
      rows.push(...measured)
      for (const one of measured) say(JSON.stringify(one))
    }
    const mean = Math.round(raw.reduce((sum, one) => sum + one, 0) / raw.length)
    return [{ ...emptyRow(`raw loop, mean of ${raw.length}`), perSecond: mean }, ...rows]
  } finally {
    await closeScene(scene)
  }
}
