import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const inbound: Migration = {
  async up(db: Kysely<unknown>) {
    // History, by day on its key. An event belongs to nobody until it is routed when it came to the environment's app.
    await sql`
      create table inbound_events (
        id text collate "C" primary key,
        workspace_id text collate "C",
        provider text not null,
        provider_app_id text collate "C",
        connection_id text collate "C",
        account_id text,
        type text not null,
        delivery_id text not null,
        status text not null,
        error_code text,
        headers jsonb not null,
        body bytea not null,
        received_at timestamptz not null default now(),
        handled_at timestamptz
      ) partition by range (id)`.execute(db)
    await sql`create index inbound_events_by_workspace on inbound_events (workspace_id, id)`.execute(db)
    await sql`
      create index inbound_events_by_connection on inbound_events (connection_id, id)
      where connection_id is not null`.execute(db)

    // What waits to be routed; a claim moves due_at ahead, which is its lease.
    await sql`
      create table inbound_queue (
        event_id text collate "C" primary key,
        provider_app_id text collate "C",
        provider text not null,
        bytes int not null,
        due_at timestamptz not null default now(),
        attempts int not null default 0
      ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)`.execute(db)
    await sql`create index inbound_queue_by_due on inbound_queue (due_at, event_id)`.execute(db)

    // The providers' own delivery ids, by the app they came to: what they send again is one event.
    await sql`
      create table inbound_keys (
        app text collate "C" not null,
        delivery_id text collate "C" not null,
        expires_at timestamptz not null,
        primary key (app, delivery_id)
      )`.execute(db)
    await sql`create index inbound_keys_by_expiry on inbound_keys (expires_at)`.execute(db)

    // Permits of the providers' rate limits. The key names workspace, connection or app, and the limit.
    await sql`
      create table rate_limits (
        key text collate "C" primary key,
        tokens double precision not null,
        refilled_at timestamptz not null,
        granted double precision not null
      ) with (fillfactor = 50)`.execute(db)
    await sql`create index rate_limits_by_age on rate_limits (refilled_at)`.execute(db)
    await sql`
      create table rate_limit_slots (
        key text collate "C" not null,
        holder text not null,
        slots int not null,
        wanted int not null,
        expires_at timestamptz not null,
        primary key (key, holder)
      ) with (fillfactor = 50)`.execute(db)
  },
}
