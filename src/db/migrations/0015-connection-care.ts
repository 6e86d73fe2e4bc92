import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const connectionCare: Migration = {
  async up(db: Kysely<unknown>) {
    // The host of the token endpoint that last failed, where it is not the catalogue's own: outages are counted by it. And
    // since when the platform has refused the credential without an answer that it is good.
    await sql`alter table connections add column token_host text, add column refused_at timestamptz`.execute(db)
    // A connection that needs its user is verified at a slow pace too, where its credential does not expire.
    await sql`drop index connections_check_due`.execute(db)
    await sql`create index connections_check_due on connections (check_at, id)
      where check_at is not null and status in ('connected', 'degraded', 'error', 'needs_reauth')`.execute(db)
    // Each filter of the list, in the list's order.
    await sql`create index connections_by_status on connections (workspace_id, status, id)`.execute(db)
    await sql`create index connections_by_provider on connections (workspace_id, provider, id)`.execute(db)
    await sql`create index connections_by_external_account on connections (workspace_id, external_account_id, id)
      where external_account_id is not null`.execute(db)
    // What the metrics count, without a look at the rows.
    await sql`create index connections_counted on connections (provider, status)`.execute(db)
    // What reconcile looks for: connections that have just become unusable, and whose syncs must be paused.
    await sql`create index connections_unusable on connections (status_changed_at)
      where status in ('needs_reauth', 'disconnecting', 'disconnected')`.execute(db)
    // Re-encryption walks the answers that other keys have sealed, as it does with credentials.
    await sql`create index idempotency_keys_by_seal on idempotency_keys (key_id, workspace_id, key)
      where key_id is not null`.execute(db)
    // Syncs that went on although their connection could not be used any more: from here on they are paused with it.
    await sql`
      update syncs s
      set status = 'paused', schedule_revision = s.schedule_revision + 1, updated_at = now(),
          paused_because = case c.status when 'needs_reauth' then 'needs_reauth' else 'disconnecting' end
      from connections c
      where c.id = s.connection_id and c.workspace_id = s.workspace_id and s.status = 'active' and s.deleted_at is null
        and c.status in ('needs_reauth', 'disconnecting', 'disconnected')`.execute(db)
  },
}
