import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const inboundMended: Migration = {
  async up(db: Kysely<unknown>) {
    // Until then the webhook secret before the current one verifies too.
    await sql`alter table provider_apps add column webhook_secret_overlap_ends_at timestamptz`.execute(db)
    await sql`
      create index provider_apps_by_overlap_end on provider_apps (webhook_secret_overlap_ends_at)
      where webhook_secret_overlap_ends_at is not null`.execute(db)

    // What was sent without an id is known by its content, only until it is routed: the key goes with the queue's row.
    await sql`alter table inbound_queue add column content_key text collate "C"`.execute(db)
    // A webhook about very many connections is routed to some at a time: to those up to here already.
    await sql`alter table inbound_queue add column routed_to text collate "C"`.execute(db)

    await sql`create index inbound_events_by_status on inbound_events (workspace_id, status, id)`.execute(db)
    await sql`create index inbound_events_by_type on inbound_events (workspace_id, type, id)`.execute(db)
    await sql`create index inbound_events_by_provider on inbound_events (workspace_id, provider, id)`.execute(db)
  },
}
