import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// What people look for among what platforms have sent, and ranges of it that are routed again.
export const inboundLooking: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table inbound_replays (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces on delete cascade,
        from_at timestamptz not null,
        to_at timestamptz not null,
        statuses text[] not null,
        provider text,
        connection_id text collate "C",
        type text,
        state text not null default 'requested' check (state in ('requested', 'running', 'finished', 'cancelled')),
        cursor text collate "C" not null,
        looked_at bigint not null default 0,
        queued bigint not null default 0,
        actor text not null,
        created_at timestamptz not null default now(),
        finished_at timestamptz,
        reconcile_at timestamptz default now() + interval '1 minute'
      )`.execute(db)
    await sql`create index inbound_replays_by_workspace on inbound_replays (workspace_id, id)`.execute(db)
    await sql`
      create index inbound_replays_to_reconcile on inbound_replays (reconcile_at) where reconcile_at is not null`.execute(
      db,
    )
    await sql`create index inbound_replays_by_end on inbound_replays (finished_at) where finished_at is not null`.execute(
      db,
    )

    // What nobody was there for, by account: looked through when a connection is made.
    await sql`
      create index inbound_events_unmatched on inbound_events (provider, account_id, id) where status = 'unmatched'`.execute(
      db,
    )

    // Senders that are no platform: whatever signs in a known way, or keeps an address that nobody can guess.
    await sql`
      create table inbound_sources (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces on delete cascade,
        slug text collate "C" not null,
        name text not null,
        scheme jsonb not null,
        type_from jsonb,
        delivery_id_from jsonb,
        key_hash bytea unique,
        key_before_hash bytea unique,
        key_overlap_ends_at timestamptz,
        secret_overlap_ends_at timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        unique (workspace_id, slug)
      )`.execute(db)
    await sql`create index inbound_sources_by_workspace on inbound_sources (workspace_id, id)`.execute(db)
    await sql`
      create index inbound_sources_by_overlap_end on inbound_sources (secret_overlap_ends_at)
      where secret_overlap_ends_at is not null`.execute(db)
    await sql`alter table inbound_events add column source_id text collate "C"`.execute(db)
    await sql`
      create index inbound_events_by_source on inbound_events (source_id, id) where source_id is not null`.execute(db)

    // How much was refused and why, by where it came to; nothing of it is kept.
    await sql`
      create table inbound_refusals (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces on delete cascade,
        provider text not null,
        target_id text collate "C" not null,
        reason text not null,
        count bigint not null,
        last_at timestamptz not null,
        unique (workspace_id, target_id, reason)
      ) with (fillfactor = 70)`.execute(db)
    await sql`create index inbound_refusals_by_workspace on inbound_refusals (workspace_id, id)`.execute(db)
    await sql`create index inbound_refusals_by_age on inbound_refusals (last_at)`.execute(db)
  },
}
