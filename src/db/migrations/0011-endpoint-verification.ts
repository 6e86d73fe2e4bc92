import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// The public half of an endpoint's ed25519 key is shown with it; the test event whose success proves its URL is remembered.
export const endpointVerification: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table endpoints add column public_key text, add column test_event_id text collate "C"`.execute(db)
  },
}
