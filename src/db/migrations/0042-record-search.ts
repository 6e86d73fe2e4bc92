import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// Records in the order in which they were made, and the terms by which they are found: made when somebody looks for them, so that
// whoever writes records pays for none.
export const recordSearch: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create index records_by_id on records (workspace_id, collection, id)`.execute(db)
    await sql`
      create table record_indexes (
        workspace_id text collate "C" not null references workspaces,
        collection text collate "C" not null,
        number int generated always as identity,
        indexed_change bigint not null default 0,
        used_at timestamptz not null default now(),
        primary key (workspace_id, collection)
      )`.execute(db)
    await sql`
      create table record_terms (
        record_id text collate "C" primary key,
        workspace_id text collate "C" not null,
        terms tsvector not null
      )`.execute(db)
    // Without its list of what is not sorted in yet, which every search of anybody would read through.
    await sql`create index record_terms_by_term on record_terms using gin (terms) with (fastupdate = off)`.execute(db)
  },
}
