import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const syncConfig: Migration = {
  async up(db: Kysely<unknown>) {
    // What a model asks for, such as a repository: one connection may have several syncs of a model, one for each.
    await sql`alter table syncs add column config jsonb not null default '{}', add column feed_token text`.execute(db)
    await sql`alter table sync_runs add column feed_token text`.execute(db)
    await sql`drop index syncs_once`.execute(db)
    await sql`
      create unique index syncs_once on syncs (connection_id, model, collection, md5(config::text))
        where deleted_at is null`.execute(db)
  },
}
