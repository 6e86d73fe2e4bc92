import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// What an endpoint may choose beyond where and when: whom it listens to, in which order, how fast, and how it is signed for.
export const deliveryOptions: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      alter table endpoints
        add column channels text[],
        add column filter jsonb,
        add column ordered boolean not null default false,
        add column batch_size smallint not null default 1 check (batch_size between 1 and 100),
        add column rate_requests int check (rate_requests > 0),
        add column rate_seconds int check (rate_seconds > 0),
        add column header_style text not null default 'webhook' check (header_style in ('webhook', 'svix')),
        add column signatures text[] not null default '{v1}',
        add column certificate_expires_at timestamptz,
        add column verified_at timestamptz,
        add column gated boolean not null generated always as
          (ordered or batch_size > 1 or rate_requests is not null or max_in_flight is not null) stored`.execute(db)
    await sql`
      alter table events
        add column channels text[],
        add column ordering_key text collate "C",
        add column deliver_at timestamptz`.execute(db)
    await sql`
      alter table delivery_queue
        add column gated boolean not null default false,
        add column ordering_key text collate "C",
        add column sequence bigint`.execute(db)
    await sql`create sequence delivery_sequence cache 1`.execute(db)
    await sql`alter table deliveries add column endpoint_version int`.execute(db)
    await sql`alter table delivery_attempts add column endpoint_version int`.execute(db)
  },
}
