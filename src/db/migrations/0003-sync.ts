import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const sync: Migration = {
  async up(_db: Kysely<unknown>) {},
}
