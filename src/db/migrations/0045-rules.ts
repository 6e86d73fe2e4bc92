import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// Rules: events of a product that start syncs. What an event has met is committed with it, and waits there until somebody asks
// for the runs; no foreign keys from that, as from all that events write. And which connections webhooks have ever come for.
export const rules: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table rules (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces on delete cascade,
        description text,
        event_types text[] not null,
        filter jsonb,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      )`.execute(db)
    await sql`create index rules_by_workspace on rules (workspace_id, id)`.execute(db)
    await sql`
      create table rule_syncs (
        workspace_id text collate "C" not null,
        rule_id text collate "C" not null references rules on delete cascade,
        sync_id text collate "C" not null references syncs on delete cascade,
        primary key (rule_id, sync_id)
      )`.execute(db)
    await sql`create index rule_syncs_by_sync on rule_syncs (sync_id)`.execute(db)
    await sql`
      create table rules_met (
        id bigint generated always as identity primary key,
        workspace_id text collate "C" not null,
        rule_id text collate "C" not null,
        event_id text collate "C",
        due_at timestamptz not null
      )`.execute(db)
    await sql`create index rules_met_by_due on rules_met (due_at, id)`.execute(db)
    await sql`create index rules_met_by_event on rules_met (event_id) where event_id is not null`.execute(db)

    // Not checked against rows that passed the narrower one.
    await sql`
      alter table sync_runs
        drop constraint sync_runs_trigger_check,
        add constraint sync_runs_trigger_check
          check (trigger in ('schedule', 'manual', 'webhook', 'poll', 'event')) not valid`.execute(db)

    // A column of its own, as the time changes with each webhook: an index on that would cost each of them.
    await sql`
      alter table connections add column heard boolean not null generated always as (last_webhook_at is not null) stored`.execute(
      db,
    )
    await sql`create index connections_heard on connections (id) include (provider) where heard`.execute(db)
  },
}
