import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const delivery: Migration = {
  async up(_db: Kysely<unknown>) {},
}
