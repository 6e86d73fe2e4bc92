import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// Addresses for one connection each, where what a platform sends does not say whose it is.
export const webhookAddresses: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table webhook_addresses (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces on delete cascade,
        connection_id text collate "C" not null references connections on delete cascade,
        provider text not null,
        provider_app_id text collate "C",
        name text not null,
        topics text[] not null default '{}',
        key_hash bytea not null unique,
        key_before_hash bytea unique,
        key_overlap_ends_at timestamptz,
        secret_overlap_ends_at timestamptz,
        learns_until timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      )`.execute(db)
    await sql`
      create index webhook_addresses_by_connection on webhook_addresses (workspace_id, connection_id, id)`.execute(db)
    await sql`
      create index webhook_addresses_by_overlap_end on webhook_addresses (secret_overlap_ends_at)
      where secret_overlap_ends_at is not null`.execute(db)

    // Which of them something came to: it goes to that connection, whatever account it names.
    await sql`alter table inbound_events add column address_id text collate "C"`.execute(db)
    // Where the delivery ids of what waits are remembered; null is the app, as before.
    await sql`alter table inbound_queue add column scope text collate "C"`.execute(db)
  },
}
