import type { BenchOptions, Row } from './row.ts'
import { benchDue } from './sync/due.ts'
import { benchMillion } from './sync/million.ts'
import { benchPull } from './sync/pull.ts'
import { benchPush } from './sync/push.ts'
import { setSyncScene } from './sync/scene.ts'

const parts = { pull: benchPull, push: benchPush, million: benchMillion, due: benchDue }

/** Measures syncs through the product as it runs: a worker process, Temporal, `runSync`, against a server of rows. */
export async function benchSync(options: BenchOptions): Promise<Row[]> {
  const scene = await setSyncScene(options.say)
  try {
    const rows: Row[] = []
    for (const [name, bench] of Object.entries(parts)) {
      if (options.only === undefined || options.only.includes(name)) rows.push(...(await bench(scene, options)))
    }
    return rows
  } finally {
    await scene.close()
  }
}
