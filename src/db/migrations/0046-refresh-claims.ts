import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// Who has claimed which refreshes until when, a row for many of them. No index of connections has the lease any more, so that taking
// one changes none of their dozen indexes: the room that pages keep is for that. No foreign keys, as from all that passes by itself.
export const refreshClaims: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table refresh_claims (
        id bigint generated always as identity primary key,
        owner text not null,
        until timestamptz not null,
        connection_ids text[] not null
      ) with (autovacuum_vacuum_scale_factor = 0.02)`.execute(db)
    await sql`create index refresh_claims_lapsed on refresh_claims (until)`.execute(db)
    await sql`
      insert into refresh_claims (owner, until, connection_ids)
      select lease_owner, max(lease_until), array_agg(id) from connections
      where lease_owner is not null and lease_until is not null group by lease_owner`.execute(db)
    await sql`drop index connections_leased`.execute(db)
    await sql`alter table connections set (fillfactor = 70)`.execute(db)
  },
}
