import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// When a connection's last webhook came; and polling, at a slow pace, of syncs that are run by webhooks: one may be lost.
export const webhookSilence: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table connections add column last_webhook_at timestamptz`.execute(db)
    // Those that are there already begin to be polled when a webhook next runs them: nothing else tells that any come.
    await sql`
      alter table syncs
        add column polling boolean not null default true,
        add column poll_at timestamptz`.execute(db)
    await sql`
      create index syncs_polled on syncs (poll_at)
      where poll_at is not null and status = 'active' and deleted_at is null`.execute(db)
    // Not checked against rows that passed the narrower one.
    await sql`
      alter table sync_runs
        drop constraint sync_runs_trigger_check,
        add constraint sync_runs_trigger_check check (trigger in ('schedule', 'manual', 'webhook', 'poll')) not valid`.execute(
      db,
    )
  },
}
