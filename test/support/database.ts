import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { migrateToLatest } from '../../src/db/migrate.ts'
import { stack } from './stack.ts'

const template = 'causeway_template'
const templateLock = 4_715_001

export interface TestDatabase {
  url: string
  /** Ends whoever is still connected, and drops it. */
  drop(): Promise<void>
}

/**
 * A database with the newest schema and nothing in it, cloned from a template that the first caller of the run builds. Dropped
 * when the test file ends, so call it at its top or in a `beforeAll`.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(async client => {
    await client.query('SELECT pg_advisory_lock($1)', [templateLock]) // also: a template can be cloned by one at a time
    await ensureTemplate(client)
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
  })
  const drop = () => asAdmin(client => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  if (typeof afterAll === 'function') afterAll(drop)
  return { url: databaseUrl(name), drop: async () => void (await drop()) }
}

/** An empty database without the schema, for tests of the migrations. The caller drops it. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const name = `empty_${randomBytes(6).toString('hex')}`
  await asAdmin(client => client.query(`CREATE DATABASE ${name}`))
  return {
    url: databaseUrl(name),
    drop: async () => void (await asAdmin(client => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  }
}

async function ensureTemplate(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template])
  if (rowCount) return
  await client.query(`CREATE DATABASE ${template}_building`)
  await migrateToLatest(databaseUrl(`${template}_building`))
  await client.query(`ALTER DATABASE ${template}_building RENAME TO ${template}`)
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
