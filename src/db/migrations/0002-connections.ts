import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const connections: Migration = {
  async up(_db: Kysely<unknown>) {},
}
