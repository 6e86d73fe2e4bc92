import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// Webhooks that the hub registers at platforms itself, as many of them end unless they are renewed.
export const webhookSubscriptions: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table webhook_subscriptions (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces on delete cascade,
        connection_id text collate "C" not null references connections on delete cascade,
        provider text not null,
        address_id text collate "C" references webhook_addresses on delete set null,
        types text[] not null,
        about jsonb not null,
        status text not null default 'pending' check (status in ('pending', 'active', 'failing', 'removed')),
        platform_id text,
        platform_resource text,
        expires_at timestamptz,
        renew_at timestamptz,
        failures int not null default 0,
        last_error text,
        gap_at timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      )`.execute(db)
    await sql`
      create index webhook_subscriptions_by_connection on webhook_subscriptions (workspace_id, connection_id, id)`.execute(
      db,
    )
    await sql`
      create index webhook_subscriptions_due on webhook_subscriptions (renew_at) where renew_at is not null`.execute(db)
    // An address that goes takes its subscription's reference along.
    await sql`
      create index webhook_subscriptions_by_address on webhook_subscriptions (address_id)
      where address_id is not null`.execute(db)
  },
}
