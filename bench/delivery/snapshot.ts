import pg from 'pg'
import type { BenchOptions, Row } from '../row.ts'
import { actionsGoal, measure } from './measure.ts'
import type { Scene } from './scene.ts'

/**
 * Single publishes beside an open REPEATABLE READ transaction, as a backup or a report holds one: no dead row of the queue
 * is removed meanwhile. `--seconds 600` is the run of ten minutes.
 */
export async function besideSnapshot(scene: Scene, options: BenchOptions): Promise<Row> {
  const reader = new pg.Client({ connectionString: scene.product.stack.databaseUrl })
  await reader.connect()
  try {
    await reader.query('begin isolation level repeatable read')
    // The snapshot is taken by the first statement.
    await reader.query('select from delivery_queue limit 1')
    const name = `one at a time, beside a snapshot open for ${options.seconds} s`
    const load = { type: 'a.b', bulk: 1, seconds: options.seconds }
    return await measure(scene, { name, load, goals: [{ of: 'ratio', atLeast: 0.3 }, actionsGoal] }, options.say)
  } finally {
    await reader.end()
  }
}
