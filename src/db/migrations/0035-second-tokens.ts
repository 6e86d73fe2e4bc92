import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// What is known of a second token of the same visit, such as the person's beside the bot's. Few connections have one: it is
// read with the row, and written by itself.
export const secondTokens: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table connections add column second jsonb`.execute(db)
  },
}
