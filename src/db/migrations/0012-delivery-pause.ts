import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// A pause of all deliveries says until when it lasts, and asks other endpoints with each probe. An attempt that was answered
// by a redirect remembers where it led.
export const deliveryPause: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table delivery_outage add column next_probe_at timestamptz not null default now()`.execute(db)
    await sql`alter table endpoints add column outage_probe_at timestamptz`.execute(db)
    for (const table of ['deliveries', 'delivery_attempts']) {
      await sql`alter table ${sql.table(table)} add column location text`.execute(db)
    }
  },
}
