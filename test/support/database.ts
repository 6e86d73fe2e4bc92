import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { migrateToLatest } from '../../src/db/migrate.ts'
import { stack } from './stack.ts'

const template = 'causeway_template'
const templateLock = 4_715_001

export interface TestDatabase {
  url: string
  /** Ends whoever is still connected, and drops it. Not needed: a finished file's databases are dropped by the next one. */
  drop(): Promise<void>
}

/** A database with the newest schema and nothing in it, cloned from a template that the first caller of the run builds. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(async client => {
    await dropThoseOfFinishedFiles(client)
    await client.query('SELECT pg_advisory_lock($1)', [templateLock]) // also: a template can be cloned by one at a time
    await ensureTemplate(client)
    // nothing of this server is kept: copying files is twice as fast as writing them through the log
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`)
    await client.query('INSERT INTO test_databases VALUES ($1, $2, $3)', [name, process.pid, testFile()])
  })
  return { url: databaseUrl(name), drop: () => dropDatabase(name) }
}

/** An empty database without the schema, for tests of the migrations. The caller drops it. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const name = `empty_${randomBytes(6).toString('hex')}`
  await asAdmin(client => client.query(`CREATE DATABASE ${name}`))
  return { url: databaseUrl(name), drop: () => dropDatabase(name) }
}

async function dropDatabase(name: string): Promise<void> {
  await asAdmin(client => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
}

/**
 * A jest worker runs one file at a time, so what this process made for another file is no longer used. An `afterAll` would be too
 * early: hooks run in the order of their definition, so before those that close the file's own pools.
 */
async function dropThoseOfFinishedFiles(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'DELETE FROM test_databases WHERE pid = $1 AND test_file <> $2 RETURNING name',
    [process.pid, testFile()],
  )
  for (const { name } of rows) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
}

function testFile(): string {
  return expect.getState().testPath ?? ''
}

async function ensureTemplate(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template])
  if (rowCount) return
  await client.query(`CREATE DATABASE ${template}_building`)
  const url = databaseUrl(`${template}_building`)
  await migrateToLatest(url)
  await dropFarPartitions(url)
  await client.query(`ALTER DATABASE ${template}_building RENAME TO ${template}`)
}

/** No test lasts for days: without the partitions of the days after tomorrow a database has a quarter of the files. */
async function dropFarPartitions(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`do $$ declare name text; begin
      for name in
        select relname from pg_class
        where relkind = 'r' and relname ~ '_p[0-9]{8}$'
          and right(relname, 8) > to_char((now() at time zone 'utc') + interval '1 day', 'YYYYMMDD')
      loop execute format('drop table %I', name); end loop;
    end $$`)
  } finally {
    await client.end()
  }
}

function databaseUrl(name: string): string {
  const url = new URL(stack().postgresUrl)
  url.pathname = `/${name}`
  return url.href
}

async function asAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: stack().postgresUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
