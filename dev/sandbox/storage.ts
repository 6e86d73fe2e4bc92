import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type SandboxSettings, sandboxSettings } from './settings.ts'

const schema = `
  CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS oidc (
    platform TEXT, model TEXT, id TEXT, payload TEXT NOT NULL, grant_id TEXT, uid TEXT, consumed_ms INTEGER, expires_ms INTEGER,
    PRIMARY KEY (platform, model, id));
  CREATE INDEX IF NOT EXISTS oidc_grant ON oidc (grant_id) WHERE grant_id IS NOT NULL;
  CREATE TABLE IF NOT EXISTS grants (
    id TEXT PRIMARY KEY, platform TEXT NOT NULL, client_id TEXT NOT NULL, account TEXT NOT NULL, scope TEXT NOT NULL,
    params TEXT NOT NULL, created_ms INTEGER NOT NULL, revoked_ms INTEGER, revoked_because TEXT);
  CREATE TABLE IF NOT EXISTS token_requests (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, platform TEXT NOT NULL, client_id TEXT, grant_type TEXT, grant_id TEXT, account TEXT,
    outcome TEXT NOT NULL, reused INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS ended_keys (platform TEXT, key TEXT, PRIMARY KEY (platform, key));
  CREATE TABLE IF NOT EXISTS things (
    seq INTEGER PRIMARY KEY, platform TEXT NOT NULL, kind TEXT NOT NULL, account TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (platform, kind, account, id));
`

export type Row = Record<string, SQLInputValue>

export interface Storage {
  all<T>(query: string, ...values: SQLInputValue[]): T[]
  get<T>(query: string, ...values: SQLInputValue[]): T | undefined
  run(query: string, ...values: SQLInputValue[]): number
  transaction<T>(work: () => T): T
  /** A value that outlives a restart, made at its first use. */
  kept<T>(name: string, make: () => T): T
  settings(): SandboxSettings
  changeSettings(changes: Partial<SandboxSettings>): SandboxSettings
  /** Empties every table but the kept values. */
  clear(): void
  close(): void
}

/** Opens the sandbox's database: a file, or ':memory:'. `tables` are the platforms' own. */
export function openStorage(file: string, tables: string): Storage {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536')
  database.exec(schema + tables)
  bringForward(database)
  database.prepare('DELETE FROM oidc WHERE expires_ms < ?').run(Date.now() - 86_400_000)
  const prepared = new Map<string, StatementSync>()
  const statement = (query: string) => {
    let found = prepared.get(query)
    if (!found) prepared.set(query, (found = database.prepare(query)))
    return found
  }
  const keep = (name: string, value: unknown) =>
    statement('INSERT OR REPLACE INTO kept VALUES (?, ?)').run(name, JSON.stringify(value))
  const storage: Storage = {
    all: <T>(query: string, ...values: SQLInputValue[]) => statement(query).all(...values) as T[],
    get: <T>(query: string, ...values: SQLInputValue[]) => statement(query).get(...values) as T | undefined,
    run: (query, ...values) => Number(statement(query).run(...values).changes),
    transaction(work) {
      database.exec('BEGIN')
      try {
        const result = work()
        database.exec('COMMIT')
        return result
      } catch (error) {
        database.exec('ROLLBACK')
        throw error
      }
    },
    kept<T>(name: string, make: () => T) {
      const row = storage.get<{ value: string }>('SELECT value FROM kept WHERE name = ?', name)
      if (row) return JSON.parse(row.value) as T
      const value = make()
      keep(name, value)
      return value
    },
    settings: () => settings,
    changeSettings(changes) {
      settings = sandboxSettings.parse({ ...settings, ...changes })
      keep('settings', settings)
      return settings
    },
    clear() {
      const tables = storage.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
      for (const { name } of tables) if (name !== 'kept') database.exec(`DELETE FROM ${name}`)
    },
    close: () => database.close(),
  }
  let settings = sandboxSettings.parse(storage.kept<unknown>('settings', () => ({})))
  return storage
}

/** What an earlier version's file says otherwise: grants without parameters, and apps that prove themselves in another way. */
function bringForward(database: DatabaseSync): void {
  const columns = database.prepare("SELECT name FROM pragma_table_info('grants')").all()
  if (!columns.some(({ name }) => name === 'params'))
    database.exec("ALTER TABLE grants ADD COLUMN params TEXT NOT NULL DEFAULT '{}'")
  const proof = "json_extract(payload, '$.token_endpoint_auth_method')"
  database.exec(
    `UPDATE oidc SET payload = json_set(payload, '$.token_endpoint_auth_method', 'client_secret_post')
     WHERE model = 'Client' AND ${proof} <> 'client_secret_post'`,
  )
}
