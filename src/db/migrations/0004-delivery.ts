import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createPartitions } from '../partitions.ts'

// No foreign keys from what every event writes: their checks would cost more than the rows. What an endpoint's deletion
// leaves waiting is finished by the dispatcher and `reconcile`.
export const delivery: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table delivery_settings (
        workspace_id text collate "C" primary key references workspaces,
        endpoints_version bigint not null default 1,
        payload_days smallint not null default 30 check (payload_days in (7, 30, 90)),
        retry_delays_ms int[]
      )`.execute(db)
    await sql`
      create table endpoints (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces,
        url text not null,
        description text,
        metadata jsonb not null default '{}',
        event_types text[] not null default '{*}',
        header_names text[] not null default '{}',
        timeout_ms int not null default 15000,
        retry_delays_ms int[],
        max_in_flight int,
        mode text not null default 'open' check (mode in ('open', 'recovering', 'draining', 'paused', 'disabled')),
        epoch int not null default 0,
        version int not null default 1,
        failures int not null default 0,
        failing_since timestamptz,
        failing_delivery_id text collate "C",
        failing_several boolean not null default false,
        failing_notified_at timestamptz,
        last_error text,
        next_probe_at timestamptz,
        disabled_reason text,
        disabled_at timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      )`.execute(db)
    await sql`create index endpoints_by_workspace on endpoints (workspace_id, id)`.execute(db)
    // What reconcile looks at: a recovery whose workflow should have probed by now.
    await sql`
      create index endpoints_in_trouble on endpoints (next_probe_at)
      where mode in ('recovering', 'draining')`.execute(db)
    await sql`
      create table events (
        id text collate "C" primary key,
        workspace_id text collate "C" not null,
        type text collate "C" not null,
        size int not null,
        payload_days smallint not null,
        caller_id text
      ) partition by range (id)`.execute(db)
    await sql`create index events_by_workspace on events (workspace_id, id)`.execute(db)
    await sql`create index events_by_type on events (workspace_id, type, id)`.execute(db)
    await sql`
      create table event_payloads (
        payload_days smallint not null,
        event_id text collate "C" not null,
        body bytea not null,
        primary key (payload_days, event_id)
      ) partition by list (payload_days)`.execute(db)
    for (const days of [7, 30, 90]) {
      await sql`
        create table ${sql.table(`event_payloads_${days}`)} partition of event_payloads
        for values in (${sql.lit(days)}) partition by range (event_id)`.execute(db)
    }
    await sql`
      create table event_keys (
        workspace_id text collate "C" not null,
        key text collate "C" not null,
        event_id text collate "C" not null,
        body_hash bytea not null,
        expires_at timestamptz not null,
        primary key (workspace_id, key)
      )`.execute(db)
    await sql`create index event_keys_by_expiry on event_keys (expires_at)`.execute(db)
    await sql`
      create table event_fanouts (
        event_id text collate "C" primary key,
        workspace_id text collate "C" not null,
        after_endpoint_id text collate "C" not null default '',
        leased_until timestamptz not null default '-infinity'
      )`.execute(db)
    await sql`
      create table delivery_outage (
        one boolean primary key default true check (one),
        since timestamptz not null default now()
      )`.execute(db)
    // Claiming raises lease and leased_until, which no index has: with room on the page the row's new version stays on it.
    await sql`
      create table delivery_queue (
        id text collate "C" primary key,
        workspace_id text collate "C" not null,
        endpoint_id text collate "C" not null,
        event_id text collate "C" not null,
        due_at timestamptz not null default now(),
        leased_until timestamptz,
        lease int not null default 0,
        size int not null,
        payload_days smallint not null,
        attempts smallint not null default 0,
        step smallint not null default 0,
        held boolean not null default false,
        last_error text
      ) with (
        fillfactor = 50,
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_threshold = -1,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000,
        autovacuum_vacuum_cost_delay = 0,
        vacuum_truncate = false
      )`.execute(db)
    await sql`create index delivery_queue_claim on delivery_queue (due_at, id) where not held`.execute(db)
    await sql`create index delivery_queue_held on delivery_queue (endpoint_id, due_at, id) where held`.execute(db)
    await sql`create index delivery_queue_by_endpoint on delivery_queue (endpoint_id, id)`.execute(db)
    await sql`
      create table deliveries (
        id text collate "C" primary key,
        workspace_id text collate "C" not null,
        endpoint_id text collate "C" not null,
        event_id text collate "C" not null,
        status text not null check (status in ('delivered', 'failed', 'cancelled')),
        reason text,
        attempts smallint not null,
        finished_at timestamptz not null,
        sent_at timestamptz,
        duration_ms int,
        status_code smallint,
        error text,
        answer bytea,
        worker text
      ) partition by range (id)`.execute(db)
    await sql`create index deliveries_by_endpoint on deliveries (endpoint_id, id)`.execute(db)
    await sql`create index deliveries_by_workspace on deliveries (workspace_id, id)`.execute(db)
    await sql`
      create index deliveries_unsuccessful on deliveries (workspace_id, status, id)
      where status <> 'delivered'`.execute(db)
    await sql`
      create index deliveries_unsuccessful_by_endpoint on deliveries (endpoint_id, status, id)
      where status <> 'delivered'`.execute(db)
    // The last attempt stands in its delivery's own row; here are those before it.
    await sql`
      create table delivery_attempts (
        delivery_id text collate "C" not null,
        number smallint not null,
        workspace_id text collate "C" not null,
        sent_at timestamptz not null,
        duration_ms int not null,
        status_code smallint,
        error text,
        answer bytea,
        worker text not null,
        primary key (delivery_id, number)
      ) partition by range (delivery_id)`.execute(db)
    await createPartitions(db)
  },
}
