import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const sync: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table syncs (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces,
        connection_id text collate "C" not null,
        provider text not null,
        model text not null,
        collection text collate "C" not null,
        direction text not null check (direction in ('pull', 'push', 'both')),
        conflict_policy text not null check (conflict_policy in ('newest', 'hub', 'provider', 'manual')),
        schedule jsonb,
        status text not null default 'active' check (status in ('active', 'paused')),
        paused_because text,
        changed_since timestamptz,
        full_pass_at timestamptz,
        pushed_change bigint not null default 0,
        schedule_revision int not null default 0,
        schedule_applied int not null default 0,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        deleted_at timestamptz
      )`.execute(db)
    await sql`create index syncs_by_workspace on syncs (workspace_id, id)`.execute(db)
    await sql`create unique index syncs_once on syncs (connection_id, model, collection) where deleted_at is null`.execute(
      db,
    )
    await sql`create index syncs_unscheduled on syncs (id) where schedule_revision <> schedule_applied`.execute(db)
    await sql`create index syncs_deleted on syncs (id) where deleted_at is not null`.execute(db)
    await sql`
      create table sync_runs (
        id text collate "C" primary key,
        workspace_id text collate "C" not null,
        sync_id text collate "C" not null references syncs on delete cascade,
        trigger text not null check (trigger in ('schedule', 'manual', 'webhook')),
        status text not null check (status in ('requested', 'running', 'succeeded', 'failed', 'cancelled')),
        "full" boolean not null default false,
        phase text not null default 'settle',
        cursor text,
        compare boolean not null default false,
        claim int not null default 0,
        workflow_id text,
        pulled int not null default 0,
        created int not null default 0,
        updated int not null default 0,
        unchanged int not null default 0,
        deleted int not null default 0,
        pushed int not null default 0,
        conflicts int not null default 0,
        failed int not null default 0,
        error_code text,
        requested_at timestamptz not null default now(),
        started_at timestamptz,
        alive_at timestamptz,
        finished_at timestamptz
      )`.execute(db)
    await sql`create index sync_runs_by_sync on sync_runs (sync_id, id)`.execute(db)
    // One run at a time for each sync, and one more that waits for it to end.
    await sql`create unique index sync_runs_running on sync_runs (sync_id) where status = 'running'`.execute(db)
    await sql`create unique index sync_runs_requested on sync_runs (sync_id) where status = 'requested'`.execute(db)
    await sql`
      create table sync_run_pages (
        run_id text collate "C" not null references sync_runs on delete cascade,
        cursor text not null,
        external_ids text[] not null,
        primary key (run_id, cursor)
      )`.execute(db)
    // The row of a collection is locked from when a writer takes its change numbers until it commits: numbers become
    // visible in their order, so that whoever reads on from a number misses nothing. (A sequence would not do: a lower
    // number could become visible later. Transaction ids would, but they mean nothing after a dump and restore.)
    await sql`
      create table collections (
        workspace_id text collate "C" not null references workspaces,
        name text collate "C" not null,
        last_change bigint not null default 0,
        primary key (workspace_id, name)
      )`.execute(db)
    await sql`
      create table records (
        id text collate "C" primary key,
        workspace_id text collate "C" not null,
        collection text collate "C" not null,
        data jsonb not null,
        hash bytea not null,
        version int not null default 1,
        change bigint not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        deleted_at timestamptz
      )`.execute(db)
    await sql`create unique index records_by_change on records (workspace_id, collection, change)`.execute(db)
    await sql`
      create table record_links (
        workspace_id text collate "C" not null,
        sync_id text collate "C" not null,
        record_id text collate "C" not null,
        external_id text collate "C",
        external_version text,
        external_hash bytea,
        record_version int not null default 0,
        base jsonb,
        state text not null default 'ok',
        gone boolean not null default false,
        conflict jsonb,
        error_code text,
        failures int not null default 0,
        retry_at timestamptz,
        push_key text,
        push_values jsonb,
        updated_at timestamptz not null default now(),
        primary key (sync_id, record_id)
      )`.execute(db)
    await sql`create unique index record_links_by_thing on record_links (sync_id, external_id)`.execute(db)
    await sql`create index record_links_in_trouble on record_links (sync_id, state, record_id) where state <> 'ok'`.execute(
      db,
    )
    await sql`create index record_links_under_way on record_links (sync_id, push_key) where push_key is not null`.execute(
      db,
    )
  },
}
