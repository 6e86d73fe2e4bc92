import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// What was sent while the hub itself was away: when that was last, in one row, and the connections whose platform is asked for it.
export const webhooksMissed: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table webhook_receiving (
        one boolean primary key default true check (one),
        alive_at timestamptz not null,
        away_from timestamptz,
        away_until timestamptz,
        marked_until timestamptz,
        marked_to text collate "C"
      )`.execute(db)
    await sql`
      alter table connections
        add column catch_up_from timestamptz,
        add column catch_up_at timestamptz,
        add column catch_up_failures int not null default 0`.execute(db)
    await sql`
      create index connections_catching_up on connections (catch_up_at) where catch_up_at is not null`.execute(db)
  },
}
