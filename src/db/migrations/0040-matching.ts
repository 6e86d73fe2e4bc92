import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// An item that a sync meets for the first time joins the record that has its keys. The keys of a collection's records are kept once
// records come from more than one side, and not before: a first load alone has nothing to be matched with.
export const matching: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table syncs add column match jsonb`.execute(db)
    await sql`
      alter table collections add column sole_sync text collate "C", add column match_keys jsonb,
        add column keys_at bigint, add column keys_end bigint`.execute(db)
    await sql`
      create table record_keys (
        workspace_id text collate "C" not null,
        collection text collate "C" not null,
        key text collate "C" not null,
        record_id text collate "C" not null,
        primary key (workspace_id, collection, key, record_id)
      )`.execute(db)
    await sql`create index record_keys_by_record on record_keys (record_id)`.execute(db)
  },
}
