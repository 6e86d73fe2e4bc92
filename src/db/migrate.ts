import { pathToFileURL } from 'node:url'
import { Migrator } from 'kysely/migration'
import { loadConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { createDatabase, createPool, type Database } from './database.ts'
import { migrations } from './migrations/index.ts'
import { createPartitions } from './partitions.ts'

function migratorOf(db: Database): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations } })
}

/**
 * Brings a database to the newest schema, in one transaction under an advisory lock: of several processes that start at
 * once, one migrates and the others wait for it. Gives the names of the migrations that were applied.
 */
export async function migrateToLatest(databaseUrl: string): Promise<string[]> {
  const log = createLogger({ level: 'warn', name: 'migrate' })
  const db = createDatabase(
    createPool({ url: databaseUrl, poolSize: 2, statementTimeoutMs: 600_000, watched: false }, log, {
      name: 'causeway-migrate',
    }),
  )
  try {
    const { error, results } = await migratorOf(db).migrateToLatest()
    if (error !== undefined) throw error as Error
    await createPartitions(db)
    return (results ?? []).map(result => result.migrationName)
  } finally {
    await db.destroy()
  }
}

/** The names of the migrations that this database still lacks; none when it fits this version of the hub. */
export async function pendingMigrations(db: Database): Promise<string[]> {
  const all = await migratorOf(db).getMigrations()
  return all.filter(migration => migration.executedAt === undefined).map(migration => migration.name)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const applied = await migrateToLatest(loadConfig().database.url)
  console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`)
}
