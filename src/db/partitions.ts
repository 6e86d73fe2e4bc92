import { sql, type Kysely } from 'kysely'
import type pg from 'pg'
import { lowestIdAt, type IdKind } from '../ids.ts'

/** A table of history: partitioned by day on a TypeID, whose text order is the order in time, or on an instant. */
export interface PartitionedTable {
  table: string
  /** The kind of the id that it is partitioned by, or `instant` for a timestamp. */
  key: IdKind | 'instant'
  /** Whole days a row is kept at least, before the partition of its day goes. */
  keepDays: number
}

/** Every table that is partitioned by day. */
export const partitionedTables: PartitionedTable[] = [
  { table: 'events', key: 'event', keepDays: 90 },
  { table: 'event_payloads_7', key: 'event', keepDays: 7 },
  { table: 'event_payloads_30', key: 'event', keepDays: 30 },
  { table: 'event_payloads_90', key: 'event', keepDays: 90 },
  { table: 'deliveries', key: 'delivery', keepDays: 90 },
  { table: 'delivery_attempts', key: 'delivery', keepDays: 90 },
  { table: 'inbound_events', key: 'inboundEvent', keepDays: 30 },
  { table: 'record_changes', key: 'recordChange', keepDays: 90 },
  { table: 'endpoint_statistics', key: 'instant', keepDays: 30 },
]

const dayMs = 86_400_000

/** For how long such a table's rows are kept at least, in milliseconds. */
export function keptMs(table: 'events' | 'inbound_events'): number {
  return partitionedTables.find(one => one.table === table)!.keepDays * dayMs
}

const daysAhead = 14

function startOfDay(at: number): number {
  return Math.floor(at / dayMs) * dayMs
}

function partitionName(table: string, day: number): string {
  return `${table}_p${new Date(day).toISOString().slice(0, 10).replaceAll('-', '')}`
}

/** The day a partition is for, from its name; undefined when the name is not one of this table's. */
function dayOf(table: string, partition: string): number | undefined {
  const match = new RegExp(`^${table}_p(\\d{4})(\\d{2})(\\d{2})$`).exec(partition)
  return match ? Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : undefined
}

/** The value of a partition's key that a day begins with. */
function boundAt(key: PartitionedTable['key'], at: number): string {
  return key === 'instant' ? new Date(at).toISOString() : lowestIdAt(key, new Date(at))
}

/**
 * Makes the partitions from yesterday to 14 days ahead, of those tables that exist yet; to be called daily at least. Gives how
 * many were made.
 */
export async function createPartitions<Tables>(db: Kysely<Tables>, now = Date.now()): Promise<number> {
  const wanted = partitionedTables.flatMap(({ table, key }) =>
    Array.from({ length: daysAhead + 2 }, (_, index) => {
      const day = startOfDay(now) + (index - 1) * dayMs
      return { table, name: partitionName(table, day), key, day }
    }),
  )
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace
      and relname in (${sql.join([...new Set(wanted.flatMap(({ table, name }) => [table, name]))])})
  `.execute(db)
  const existing = new Set(rows.map(row => row.name))
  const missing = wanted.filter(({ table, name }) => existing.has(table) && !existing.has(name))
  for (const { table, name, key, day } of missing) {
    const [from, to] = [boundAt(key, day), boundAt(key, day + dayMs)]
    // Made apart and then attached: unlike `create table … partition of`, that blocks neither readers nor writers of the
    // table. The lock is for another process that does the same just now.
    await sql`
      do $$ begin
        perform pg_advisory_xact_lock(hashtext('partitions'));
        if to_regclass('${sql.raw(name)}') is null then
          create table ${sql.table(name)} (like ${sql.table(table)} including all);
          alter table ${sql.table(table)} attach partition ${sql.table(name)}
            for values from (${sql.lit(from)}) to (${sql.lit(to)});
        end if;
      end $$`.execute(db)
  }
  return missing.length
}

/**
 * Detaches and drops the partitions whose days are past keeping. Detaching is concurrent: it waits for statements that
 * use the table and blocks none. What an interrupted run left detached is dropped too. Gives the names dropped.
 */
export async function dropExpiredPartitions(
  hub: { pool: pg.Pool },
  keepDays: Partial<Record<string, number>> = {},
  now = Date.now(),
): Promise<string[]> {
  const { rows } = await hub.pool.query<{ name: string; parent: string | null; pending: boolean }>(
    `select c.relname as name, p.relname as parent, coalesce(i.inhdetachpending, false) as pending
     from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
     where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname ~ '_p[0-9]{8}$'`,
  )
  const dropped: string[] = []
  for (const { table, keepDays: standard } of partitionedTables) {
    const oldest = startOfDay(now) - (keepDays[table] ?? standard) * dayMs
    for (const { name, parent, pending } of rows) {
      const day = dayOf(table, name)
      if (day === undefined || day >= oldest) continue
      if (parent !== null) {
        await hub.pool.query(
          `alter table "${table}" detach partition "${name}" ${pending ? 'finalize' : 'concurrently'}`,
        )
      }
      await hub.pool.query(`drop table if exists "${name}"`)
      dropped.push(name)
    }
  }
  return dropped
}
