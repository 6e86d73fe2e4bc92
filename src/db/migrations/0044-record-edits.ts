import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// When a record was last edited, apart from when it was last written: which of two edits is the newer one is told by the former.
export const recordEdits: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table records add column edited_at timestamptz`.execute(db)
  },
}
