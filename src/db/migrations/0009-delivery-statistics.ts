import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createPartitions } from '../partitions.ts'

// What is looked at: the configuration that an attempt was made with, attempts by endpoint, and counts for charts.
export const deliveryStatistics: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table endpoint_versions (
        endpoint_id text collate "C" not null,
        version int not null,
        workspace_id text collate "C" not null,
        host text not null,
        header_names text[] not null,
        header_style text not null,
        signatures text[] not null,
        batch_size smallint not null,
        made_at timestamptz not null default now(),
        replaced_at timestamptz,
        primary key (endpoint_id, version)
      )`.execute(db)
    await sql`
      create index endpoint_versions_replaced on endpoint_versions (replaced_at)
      where replaced_at is not null`.execute(db)
    await sql`
      insert into endpoint_versions
        (endpoint_id, version, workspace_id, host, header_names, header_style, signatures, batch_size, made_at)
      select id, version, workspace_id, coalesce(substring(url from '^[a-z]+://(?:[^/?#@]*@)?([^/?#]+)'), ''),
        header_names, header_style, signatures, batch_size, updated_at
      from endpoints`.execute(db)
    // Attempts that were not the last one: few beside the deliveries, so an index of theirs costs the happy path nothing.
    await sql`alter table delivery_attempts add column endpoint_id text collate "C"`.execute(db)
    await sql`
      create index delivery_attempts_by_endpoint on delivery_attempts (endpoint_id, delivery_id, number)`.execute(db)
    await sql`
      create table endpoint_statistics (
        endpoint_id text collate "C" not null,
        minutes smallint not null check (minutes in (1, 60)),
        at timestamptz not null,
        worker text collate "C" not null,
        workspace_id text collate "C" not null,
        succeeded int not null,
        failed int not null,
        buckets smallint[] not null,
        counts int[] not null,
        primary key (endpoint_id, minutes, at, worker)
      ) partition by range (at)`.execute(db)
    await createPartitions(db)
    // Whoever is to be told how deliveries end; asked for every second, and mostly nobody.
    await sql`
      create index endpoints_reported_to on endpoints (workspace_id)
      where event_types && '{webhook.delivered,webhook.failed,webhook.*}'::text[]`.execute(db)
  },
}
