import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// What of an item did not fit, field by field; a workspace's own pairs of fields; and references that wait for the other side.
export const mapping: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table record_links add column field_errors jsonb`.execute(db)
    await sql`
      create index record_links_unfit on record_links (sync_id, record_id) where field_errors is not null`.execute(db)
    await sql`
      alter table syncs add column mapping jsonb, add column remapped jsonb, add column mapped_at timestamptz`.execute(
      db,
    )
    await sql`
      create table waiting_references (
        workspace_id text collate "C" not null,
        sync_id text collate "C" not null,
        record_id text collate "C" not null,
        path text collate "C" not null,
        connection_id text collate "C" not null,
        model text collate "C" not null,
        external_id text collate "C",
        target_id text collate "C",
        primary key (sync_id, record_id, path),
        foreign key (sync_id, record_id) references record_links (sync_id, record_id) on delete cascade,
        check ((external_id is null) <> (target_id is null))
      )`.execute(db)
    await sql`create index waiting_references_by_model on waiting_references (connection_id, model)`.execute(db)
  },
}
