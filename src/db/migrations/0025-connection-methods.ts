import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// A platform may have several methods of one kind, so a connection and its attempts remember which. Null is what a process of
// the version before writes: the platforms of then had one method of a kind, and its kind says which.
export const connectionMethods: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table connections add column method text`.execute(db)
    await sql`alter table connect_attempts add column method text`.execute(db)
    await sql`update connections set method = case auth_kind when 'oauth2' then 'oauth' else 'key' end`.execute(db)
    await sql`update connect_attempts set method = 'oauth'`.execute(db)
  },
}
