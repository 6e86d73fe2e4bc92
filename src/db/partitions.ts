import { sql } from 'kysely'
import { lowestIdAt, type IdKind } from '../ids.ts'
import type { Database } from './database.ts'

/**
 * A table that is history: partitioned by day on the time in its UUIDv7 key, so that the key stays `id`, a look-up
 * prunes, and what has had its time is dropped whole.
 */
export interface PartitionedTable {
  table: string
  /** The kind of the ids it is partitioned on. */
  kind: IdKind
  /** How many whole days a row is kept after the day it was made. */
  keepDays: number
}

/** Every partitioned table. A table of which a migration has not been applied yet is passed over. */
export const partitionedTables: PartitionedTable[] = [{ table: 'inbound_events', kind: 'inboundEvent', keepDays: 30 }]

/** Partitions are there this many days ahead: the daily sweep may fail for two weeks before an insert does. */
export const daysAhead = 14

const dayMs = 86_400_000

/**
 * Makes the partitions of yesterday, today and `daysAhead` days more, of every table or of those given. Does nothing
 * where they are there. Any number of processes may do so at once.
 */
export async function ensurePartitions(db: Database, options: { tables?: string[]; now?: Date } = {}): Promise<number> {
  const { tables, now = new Date() } = options
  const today = startOfDay(now)
  let made = 0
  for (const partitioned of partitionedTables) {
    if (tables && !tables.includes(partitioned.table)) continue
    const existing = await partitionsOf(db, partitioned.table)
    if (!existing) continue
    // A clock that is a little behind, or a transaction over midnight, still finds its partition.
    for (let day = -1; day <= daysAhead; day++) {
      const from = new Date(today.getTime() + day * dayMs)
      if (existing.includes(partitionName(partitioned.table, from))) continue
      await createPartition(db, partitioned, from)
      made++
    }
  }
  return made
}

/**
 * Drops the partitions whose last row has been kept long enough, one at a time: detached first, without blocking those
 * who read or write the table, then dropped. Gives their names.
 */
export async function dropExpiredPartitions(db: Database, now = new Date()): Promise<string[]> {
  const dropped: string[] = []
  for (const { table, keepDays } of partitionedTables) {
    const oldestKept = new Date(startOfDay(now).getTime() - keepDays * dayMs)
    await finishDetaching(db, table)
    for (const name of (await partitionsOf(db, table)) ?? []) {
      if (name >= partitionName(table, oldestKept)) continue
      await sql`alter table ${sql.table(table)} detach partition ${sql.table(name)} concurrently`.execute(db)
      dropped.push(name)
    }
    // What an earlier pass detached and did not come to drop is found by its name.
    for (const name of await detachedOf(db, table)) {
      if (name < partitionName(table, oldestKept)) await sql`drop table if exists ${sql.table(name)}`.execute(db)
    }
  }
  return dropped
}

async function createPartition(db: Database, { table, kind }: PartitionedTable, from: Date): Promise<void> {
  const name = partitionName(table, from)
  const bounds = [from, new Date(from.getTime() + dayMs)].map(at => sql.lit(lowestIdAt(kind, at)))
  // Made apart and then attached, so that readers and writers of the other partitions are never blocked.
  await db.transaction().execute(async trx => {
    await sql`select pg_advisory_xact_lock(hashtext('partitions'))`.execute(trx)
    await sql`create table if not exists ${sql.table(name)} (like ${sql.table(table)} including all)`.execute(trx)
    const attached = await sql`select from pg_inherits where inhrelid = ${name}::regclass`.execute(trx)
    if (attached.rows.length > 0) return
    await sql`
      alter table ${sql.table(table)} attach partition ${sql.table(name)}
      for values from (${bounds[0]!}) to (${bounds[1]!})`.execute(trx)
  })
}

/** The names of a table's attached partitions; undefined when there is no such table. */
async function partitionsOf(db: Database, table: string): Promise<string[] | undefined> {
  const { rows } = await sql<{ name: string | null }>`
    select child.relname as name
    from pg_class parent
    left join pg_inherits link on link.inhparent = parent.oid and not link.inhdetachpending
    left join pg_class child on child.oid = link.inhrelid
    where parent.oid = to_regclass(${table})
    order by 1`.execute(db)
  if (rows.length === 0) return undefined
  return rows.flatMap(row => (row.name === null ? [] : [row.name]))
}

/** A detachment that was interrupted is finished before the next: Postgres allows one at a time. */
async function finishDetaching(db: Database, table: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select child.relname as name from pg_inherits link join pg_class child on child.oid = link.inhrelid
    where link.inhparent = to_regclass(${table}) and link.inhdetachpending`.execute(db)
  for (const { name } of rows) {
    await sql`alter table ${sql.table(table)} detach partition ${sql.table(name)} finalize`.execute(db)
  }
}

/** Tables that were partitions of this one and are none any more. */
async function detachedOf(db: Database, table: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relkind = 'r' and not relispartition and pg_table_is_visible(oid)
      and relname ~ ${`^${table}_[0-9]{8}$`}
    order by 1`.execute(db)
  return rows.map(row => row.name)
}

function partitionName(table: string, day: Date): string {
  return `${table}_${day.toISOString().slice(0, 10).replaceAll('-', '')}`
}

function startOfDay(at: Date): Date {
  return new Date(Math.floor(at.getTime() / dayMs) * dayMs)
}
