import pg from 'pg'

/** A node of what `explain (analyze, buffers, format json)` tells. */
export interface Plan {
  'Node Type': string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Relation Name'?: string
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
  Plans?: Plan[]
}

/** Carries a statement out and gives how. What it changed is undone: each test sees the same tables. */
export async function planOf(pool: pg.Pool, text: string, values: readonly unknown[], settings = 'select') {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(settings)
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, buffers, format json) ${text}`,
      values as unknown[],
    )
    return rows[0]!['QUERY PLAN'][0].Plan
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/**
 * Plans a statement now, as a connection of the pool keeps it, and gives how it is carried out with that plan later on,
 * whatever the tables have become. What it changes is undone.
 */
export async function plannedNow(pool: pg.Pool, text: string, values: readonly unknown[]) {
  const client = await pool.connect()
  const run = async (statement: string) => {
    await client.query('begin')
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(statement)
    await client.query('rollback')
    return rows[0]?.['QUERY PLAN'][0].Plan
  }
  const execute = `execute planned(${values.map(literalOf).join()})`
  await client.query(`prepare planned as ${text}`)
  await run(execute)
  return {
    async plan(): Promise<Plan> {
      return (await run(`explain (analyze, buffers, format json) ${execute}`))!
    },
    async release(): Promise<void> {
      await client.query('deallocate planned')
      client.release()
    },
  }
}

const literalOf = (value: unknown) =>
  typeof value === 'number'
    ? String(value)
    : pg.escapeLiteral(Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : String(value))

export const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** Those that read or write a table. */
const tables = (plan: Plan, but: string) =>
  nodesOf(plan).filter(node => node['Relation Name'] !== undefined && node['Relation Name'] !== but)

const looked = (node: Plan) => node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)

/** The tables of which anything was read without an index, but a small one. */
export const scanned = (plan: Plan, but = '') =>
  tables(plan, but).filter(node => node['Node Type'] === 'Seq Scan' && looked(node) > 0)

/** How many rows it looked at, and changed, in all tables but a small one. */
export const readRows = (plan: Plan, but = '') =>
  tables(plan, but).reduce((sum, node) => sum + looked(node) * node['Actual Loops'], 0)

/** How many blocks it touched. A node's count has those of the nodes below it, but for other expressions of its WITH. */
export const blocks = (plan: Plan) =>
  Math.max(...nodesOf(plan).map(node => node['Shared Hit Blocks'] + node['Shared Read Blocks']))
