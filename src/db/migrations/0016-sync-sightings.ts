import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const syncSightings: Migration = {
  async up(db: Kysely<unknown>) {
    // Of two versions of a thing the one that the platform calls later stays: a link keeps the time that it said. `place`
    // is where on a list an item stood that could not be told by an id.
    await sql`alter table record_links add column external_updated_at timestamptz, add column place text`.execute(db)
    // Deletions above a share of a sync's links wait for a person, who lets so many through.
    await sql`alter table syncs add column deletions_held jsonb`.execute(db)
    await sql`
      alter table sync_runs add column deletions_held int not null default 0,
        add column deletions_allowed int`.execute(db)
    await sql`
      create table sync_run_suspects (
        run_id text collate "C" not null references sync_runs on delete cascade,
        external_id text collate "C" not null,
        external_version text,
        external_updated_at timestamptz,
        gone boolean not null default false,
        primary key (run_id, external_id)
      )`.execute(db)
    await sql`create index sync_run_suspects_by_state on sync_run_suspects (run_id, gone, external_id)`.execute(db)
    // A page whose cursor or whose things the run has met before shows a list without an end.
    await sql`
      alter table sync_run_pages add column fingerprint bytea, alter column external_ids drop not null`.execute(db)
    await sql`
      create unique index sync_run_pages_once on sync_run_pages (run_id, fingerprint)
        where fingerprint is not null`.execute(db)
  },
}
