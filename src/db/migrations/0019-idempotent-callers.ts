import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// A stored answer may hold a new secret: it is for the API key that asked for it, and for no other of its workspace. Answers from
// before have no caller; they are given to nobody, and go within a day.
export const idempotentCallers: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      alter table idempotency_keys
        add column caller_id text collate "C" not null default '',
        drop constraint idempotency_keys_pkey,
        add primary key (workspace_id, caller_id, key)`.execute(db)
    await sql`alter table idempotency_keys alter column caller_id drop default`.execute(db)
  },
}
