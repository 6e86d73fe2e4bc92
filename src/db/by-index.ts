import { CompiledQuery } from 'kysely'
import type pg from 'pg'
import type { Executor } from './database.ts'

const methods =
  'enable_seqscan,enable_bitmapscan,enable_sort,enable_incremental_sort,enable_hashjoin,enable_mergejoin,enable_material,enable_memoize'

/**
 * Makes the transaction's plans follow the indexes, whatever the statistics say. A new day's partition has no statistics until
 * long after its first rows, and no estimate tells how many rows a range of ids holds. A plan that trusts them may read a whole
 * day for every page.
 */
export const planByIndexText = `
  select set_config(name, 'off', true) from unnest('{${methods},jit}'::text[]) as name
  union all select set_config('max_parallel_workers_per_gather', '0', true)`

export async function planByIndex(tx: Executor): Promise<void> {
  await tx.executeQuery(CompiledQuery.raw(planByIndexText))
}

/** Runs a reading statement that is planned by index. */
export async function readByIndex<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  { text, values }: { text: string; values: unknown[] },
): Promise<Row[]> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(`begin read only; ${planByIndexText}`)
    return (await client.query<Row>(text, values)).rows
  } finally {
    await client.query('commit').catch((error: Error) => (broken = error))
    client.release(broken)
  }
}
