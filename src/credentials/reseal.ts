import type pg from 'pg'
import type { sealedTables } from './contract.ts'
import type { KeyRing, SecretPlace } from './key-ring.ts'

/** A table of sealed values, and how a row is found and what it belongs to. */
export interface SealedTable {
  name: (typeof sealedTables)[number]
  /** The columns of its primary key. */
  key: readonly string[]
  /** The column of the sealed bytes; that of the key's id is `key_id`. */
  sealed: string
  /** What a value is bound to, from its row. */
  place(row: Record<string, string>): SecretPlace
}

export const credentialsTable: SealedTable = {
  name: 'credentials',
  key: ['owner_id', 'field'],
  sealed: 'sealed',
  place: row => ({ workspaceId: row.workspace_id!, ownerId: row.owner_id!, field: row.field! }),
}

type Row = Record<string, string> & { bytes: Buffer }

export interface ResealedBatch {
  resealed: number
  unopened: number
  /** The last row that was looked at; null at the end of the table. */
  last: string[] | null
}

/**
 * Seals up to `limit` values that one key has sealed anew with the ring's first key, in one transaction. A value that is
 * written meanwhile is left alone, as whoever writes it seals it anew too: locked rows are passed over, so that nothing waits.
 * What does not open is counted and stays.
 */
export async function resealBatch(
  pool: pg.Pool,
  ring: KeyRing,
  table: SealedTable,
  from: { keyId: string; after: string[] | null },
  limit: number,
): Promise<ResealedBatch> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const rows = await lockBatch(client, table, from, limit)
    const values = rows.flatMap(row => resealed(ring, table, from.keyId, row))
    if (values.length > 0) await writeBatch(client, table, values)
    await client.query('commit')
    client.release()
    const last = rows.length < limit ? undefined : rows.at(-1)
    return {
      resealed: values.length,
      unopened: rows.length - values.length,
      last: last ? table.key.map(column => last[column]!) : null,
    }
  } catch (error) {
    client.release(true)
    throw error
  }
}

/** Over the table's index on `key_id` and the beginning of its key. */
async function lockBatch(
  client: pg.PoolClient,
  table: SealedTable,
  { keyId, after }: { keyId: string; after: string[] | null },
  limit: number,
): Promise<Row[]> {
  const { rows } = await client.query<Row>(lockBatchText(table, after !== null), [keyId, limit, ...(after ?? [])])
  return rows
}

/** The statement, for the table's beginning or for what is behind a row. */
export function lockBatchText(table: SealedTable, isBehind: boolean): string {
  const order = table.key.join(', ')
  const columns = [...new Set(['workspace_id', ...table.key])].join(', ')
  const behind = isBehind ? `and (${order}) > (${table.key.map((_, index) => `$${index + 3}`).join(', ')})` : ''
  return `select ${columns}, ${table.sealed} as bytes from ${table.name}
     where key_id = $1 ${behind} order by ${order} limit $2 for update skip locked`
}

interface Resealed {
  row: Row
  keyId: string
  sealed: Buffer
}

function resealed(ring: KeyRing, table: SealedTable, keyId: string, row: Row): Resealed[] {
  const place = table.place(row)
  try {
    return [{ row, ...ring.seal(place, ring.open(place, { keyId, sealed: row.bytes })) }]
  } catch {
    return []
  }
}

async function writeBatch(client: pg.PoolClient, table: SealedTable, values: Resealed[]): Promise<void> {
  const same = table.key.map(column => `t.${column} = v.${column}`).join(' and ')
  await client.query(
    `update ${table.name} t set key_id = v.key_id, ${table.sealed} = v.bytes
     from unnest(${table.key.map((_, index) => `$${index + 3}::text[]`).join(', ')}, $1::text[], $2::bytea[])
       as v (${table.key.join(', ')}, key_id, bytes)
     where ${same}`,
    [
      values.map(value => value.keyId),
      values.map(value => value.sealed),
      ...table.key.map(column => values.map(value => value.row[column])),
    ],
  )
}

/** How many values each key has sealed in a table; over its index on `key_id` alone. */
export async function countByKey(pool: pg.Pool, table: SealedTable): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ key_id: string; sealed: number }>(countByKeyText(table.name))
  return new Map(rows.map(row => [row.key_id, row.sealed]))
}

export function countByKeyText(table: SealedTable['name']): string {
  return `select key_id, count(*)::int as sealed from ${table} where key_id is not null group by key_id`
}

/** The ids of the keys that have sealed anything in a table, without counting: one look-up for each. */
export async function keysInUse(pool: pg.Pool, table: SealedTable['name']): Promise<string[]> {
  const { rows } = await pool.query<{ key_id: string }>(keysInUseText(table))
  return rows.map(row => row.key_id)
}

export function keysInUseText(table: SealedTable['name']): string {
  return `with recursive used as (
       (select key_id from ${table} where key_id is not null order by key_id limit 1)
       union all
       select (select key_id from ${table} t where t.key_id > used.key_id order by key_id limit 1)
       from used where used.key_id is not null
     ) select key_id from used where key_id is not null`
}
