import type pg from 'pg'

/**
 * Settings under which a statement is planned by the indexes that have its order, whatever the statistics say. Those of a
 * day's partition are made long after its first rows, and a list that trusts them may read the whole day.
 */
export const byIndex = [
  'seqscan',
  'bitmapscan',
  'sort',
  'incremental_sort',
  'hashjoin',
  'mergejoin',
  'material',
  'memoize',
]
  .map(method => `set local enable_${method} = off`)
  .concat('set local jit = off', 'set local max_parallel_workers_per_gather = 0')
  .join('; ')

/** Runs a reading statement that is planned by index. */
export async function readByIndex<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  { text, values }: { text: string; values: unknown[] },
): Promise<Row[]> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(`begin read only; ${byIndex}`)
    return (await client.query<Row>(text, values)).rows
  } finally {
    await client.query('commit').catch((error: Error) => (broken = error))
    client.release(broken)
  }
}
