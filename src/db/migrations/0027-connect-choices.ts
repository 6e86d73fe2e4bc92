import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// An attempt may wait for its person to choose among several accounts, and be bound to the browser that began it.
export const connectChoices: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table connect_attempts add column browser_hash bytea`.execute(db)
    await sql`drop index connect_attempts_open`.execute(db)
    await sql`create index connect_attempts_open on connect_attempts (status, expires_at)
      where status in ('awaiting', 'code_received', 'choosing')`.execute(db)
  },
}
