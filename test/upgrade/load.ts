import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { startSandboxProcess, type SandboxProcess } from '../../dev/sandbox/process.ts'
import { createDatabase } from '../../src/db/database.ts'
import { migrations } from '../../src/db/migrations/index.ts'
import { createPartitions } from '../../src/db/partitions.ts'
import type { Fixture } from './fixture.ts'

/** For so long nothing ran between the version before and this one: access tokens have ended meanwhile, refresh tokens have not. */
const awayMs = 3_600_000

/** Where the fixture's platforms and receivers are now, by where they were. */
export type Addresses = Record<keyof Fixture['addresses'], string>

/**
 * Fills an empty database with the fixture as the version before left it: its schema, its rows, its sequences. Instants are moved so
 * that it was left an hour ago; ids keep theirs. What a platform says of its own items' times stays.
 */
export async function loadFixture(databaseUrl: string, fixture: Fixture, addresses: Addresses): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  const db = createDatabase(pool)
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
    const { error } = await migrator.migrateTo(fixture.migration)
    if (error !== undefined) throw error as Error
    await createPartitions(db, Date.parse(fixture.madeAt))
    await pool.query('set session_replication_role = replica') // rows come in the order of their tables' names
    const rows = new Map<string, string[]>()
    for (const { table, row } of fixture.rows) {
      rows.set(table, [...(rows.get(table) ?? []), moved(row, fixture.addresses, addresses)])
    }
    for (const [table, ofTable] of rows) await insertRows(pool, table, ofTable, shiftOf(fixture))
    for (const [name, at] of Object.entries(fixture.sequences)) await pool.query('select setval($1, $2)', [name, at])
  } finally {
    await db.destroy()
  }
}

/** How many rows each of the fixture's tables has. */
export async function countRows(databaseUrl: string, { rows }: Fixture): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const counts: Record<string, number> = {}
  for (const table of new Set(rows.map(row => row.table))) {
    counts[table] = Number((await client.query<{ n: string }>(`select count(*) as n from "${table}"`)).rows[0]!.n)
  }
  await client.end()
  return counts
}

/** The sandbox as the version before used it, with its tokens moved in time as the rows are. Stopped when the test file ends. */
export async function startSandboxOf(fixture: Fixture): Promise<SandboxProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-upgrade-'))
  const file = join(folder, 'sandbox.db')
  writeFileSync(file, Buffer.from(fixture.sandbox, 'base64'))
  const database = new DatabaseSync(file)
  const shiftMs = shiftOf(fixture)
  for (const name of ['exp', 'iat']) {
    const move = `json_set(payload, '$.${name}', json_extract(payload, '$.${name}') + ?)`
    database
      .prepare(`update oidc set payload = ${move} where json_extract(payload, '$.${name}') is not null`)
      .run(Math.round(shiftMs / 1_000))
  }
  database.prepare('update oidc set expires_ms = expires_ms + ? where expires_ms is not null').run(shiftMs)
  database.close()
  const sandbox = await startSandboxProcess({ file, logFile: join(folder, 'sandbox.log') })
  afterAll(async () => {
    await sandbox.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return sandbox
}

function shiftOf({ madeAt }: Fixture): number {
  return Date.now() - Date.parse(madeAt) - awayMs
}

function moved(row: string, from: Addresses, to: Addresses): string {
  const names = Object.keys(from) as (keyof Addresses)[]
  return names.reduce((text, name) => text.replaceAll(hostOf(from[name]), hostOf(to[name])), row)
}

function hostOf(url: string): string {
  return new URL(url).host
}

async function insertRows(pool: pg.Pool, table: string, rows: string[], shiftMs: number): Promise<void> {
  const { rows: columns } = await pool.query<{ name: string; type: string }>(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'`,
    [table],
  )
  const shifted = ({ name, type }: { name: string; type: string }) =>
    type === 'timestamp with time zone' && name !== 'external_updated_at'
      ? `r."${name}" + $2::float8 * interval '1 millisecond'`
      : `r."${name}"`
  const from = `json_populate_recordset(null::"${table}", $1::json) as r`
  // `$2` is named in any case: a parameter without a use has no type.
  const statement = `insert into "${table}" (${columns.map(({ name }) => `"${name}"`).join()})
    select ${columns.map(shifted).join()} from ${from} where $2::float8 is not null`
  await pool.query(statement, [`[${rows.join()}]`, shiftMs])
}
