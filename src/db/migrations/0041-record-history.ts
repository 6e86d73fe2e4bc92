import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createPartitions } from '../partitions.ts'

export const recordHistory: Migration = {
  async up(db: Kysely<unknown>) {
    // A change of a record is a row; its creation is not: the record itself says who made it, so that a first load of a million
    // records writes none.
    await sql`
      create table record_changes (
        id text collate "C" primary key,
        workspace_id text collate "C" not null,
        record_id text collate "C" not null,
        at timestamptz not null default now(),
        kind text not null,
        version int not null,
        actor text collate "C" not null,
        run_id text collate "C",
        policy text,
        fields jsonb not null,
        push jsonb
      ) partition by range (id)`.execute(db)
    await sql`create index record_changes_by_record on record_changes (workspace_id, record_id, id)`.execute(db)
    await createPartitions(db)
    await sql`
      alter table records add column created_by text collate "C", add column created_run text collate "C"`.execute(db)
    // What the platform said of a row that it refused.
    await sql`alter table record_links add column error_message text, add column provider_code text`.execute(db)
    await sql`
      create index record_links_by_code on record_links (sync_id, state, error_code, record_id)
        where state <> 'ok'`.execute(db)
    await sql`
      alter table sync_runs
        add column direction text,
        add column skipped int not null default 0,
        add column calls int not null default 0,
        add column expected int`.execute(db)
    // From when on a person wants changes to be read again; the next run takes it over.
    await sql`
      alter table syncs add column rewind_to timestamptz, add column issues_held int not null default 0,
        add column issues_since timestamptz`.execute(db)
    // What waits for a person is counted whenever a run ends.
    await sql`
      create index record_links_held on record_links (sync_id)
        where state = 'conflict' or (state = 'error' and retry_at is null)`.execute(db)
  },
}
