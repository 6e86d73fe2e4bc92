import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// A push looks at what a collection has by now, each record once, however often its work is handed back meanwhile: since when, and up to
// which change.
export const pushLaps: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table sync_runs add column lap_since timestamptz, add column lap_end bigint`.execute(db)
  },
}
