import type pg from 'pg'

/** Every row of every table as a line `TABLE JSON`, by table. Of a partitioned table the rows are its own, not its partitions'. */
export async function dumpRows(db: pg.Client): Promise<string[]> {
  const tables = await db.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
       and relname !~ '^kysely_' order by relname`,
  )
  const lines: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await db.query<{ row: string }>(`select row_to_json(t)::text as row from "${name}" as t`)
    for (const { row } of rows) lines.push(`${name} ${row.replaceAll('\n', ' ')}`)
  }
  return lines
}

/** Where each sequence stands. */
export async function sequencesOf(db: pg.Client): Promise<Record<string, string>> {
  const { rows } = await db.query<{ name: string; at: string }>(
    `select sequencename as name, last_value::text as at from pg_sequences
     where schemaname = 'public' and last_value is not null`,
  )
  return Object.fromEntries(rows.map(({ name, at }) => [name, at]))
}

export async function newestMigration(db: pg.Client): Promise<string> {
  const { rows } = await db.query<{ name: string }>('select max(name) as name from kysely_migration')
  return rows[0]!.name
}
