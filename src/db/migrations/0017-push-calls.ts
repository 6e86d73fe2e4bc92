import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const pushCalls: Migration = {
  async up(db: Kysely<unknown>) {
    // A call is kept whole and as text: links of a batch may be settled one by one, and a repeat says the very same.
    await sql`
      create table push_calls (
        sync_id text collate "C" not null references syncs on delete cascade,
        key text not null,
        workspace_id text collate "C" not null,
        items json not null,
        noted_at timestamptz not null default now(),
        sent_at timestamptz,
        primary key (sync_id, key)
      )`.execute(db)
    await sql`alter table record_links add column echoes jsonb`.execute(db)
    // In what order a batch was sent is not known of those under way. What was to be made may be there: a person looks.
    await sql`
      update record_links set push_key = null, state = 'error',
        error_code = case when external_id is null then 'WRITE_UNSURE' else 'PROVIDER_ERROR' end,
        retry_at = case when external_id is null then null else now() end
      where push_key is not null`.execute(db)
    await sql`alter table record_links drop column push_values`.execute(db)
    await sql`
      alter table sync_runs
        add column waiting_for text,
        add column waiting_until timestamptz,
        add column resumed_cursor text,
        add column pass_started_at timestamptz`.execute(db)
    // By these old runs and tombstones are found that have been kept long enough.
    await sql`create index sync_runs_ended on sync_runs (finished_at) where finished_at is not null`.execute(db)
    await sql`create index records_tombstones on records (deleted_at) where deleted_at is not null`.execute(db)
  },
}
