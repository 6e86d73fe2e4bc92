import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// What an app consists of beside its client differs by platform. What of it is secret is kept among the credentials.
export const appSettings: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table provider_apps add column settings jsonb not null default '{}'`.execute(db)
  },
}
