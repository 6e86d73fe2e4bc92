import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// What people do by hand: ranges of deliveries that are sent again, and payloads that are erased before their time.
export const replays: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table replays (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces on delete cascade,
        endpoint_id text collate "C",
        from_at timestamptz not null,
        to_at timestamptz not null,
        statuses text[] not null,
        type text collate "C",
        missed boolean not null default false,
        state text not null default 'requested'
          check (state in ('requested', 'running', 'paused', 'finished', 'cancelled')),
        cursor text collate "C" not null,
        looked_at bigint not null default 0,
        queued bigint not null default 0,
        skipped bigint not null default 0,
        actor text not null,
        created_at timestamptz not null default now(),
        finished_at timestamptz,
        reconcile_at timestamptz default now() + interval '1 minute'
      )`.execute(db)
    await sql`create index replays_by_workspace on replays (workspace_id, id)`.execute(db)
    // What reconcile looks at: those whose workflow should have looked at its row by now.
    await sql`create index replays_to_reconcile on replays (reconcile_at) where reconcile_at is not null`.execute(db)
    await sql`create index replays_by_end on replays (finished_at) where finished_at is not null`.execute(db)
    await sql`alter table events add column payload_erased_at timestamptz`.execute(db)
    await sql`
      create index events_by_erasure on events (payload_erased_at) where payload_erased_at is not null`.execute(db)
  },
}
