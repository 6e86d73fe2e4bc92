import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// Which private addresses a workspace's connections may lead to is decided by the operator, for each workspace and host.
export const privateHosts: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table workspaces add column private_hosts jsonb not null default '[]'`.execute(db)
    await sql`create index workspaces_with_private_hosts on workspaces (id) where private_hosts <> '[]'`.execute(db)
  },
}
