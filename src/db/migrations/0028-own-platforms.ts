import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// Platforms that a workspace has of its own. Their definitions are kept as they were written: `json` keeps the order of members,
// which says for example which environment is the default.
export const ownPlatforms: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table own_platforms (
        workspace_id text collate "C" not null references workspaces,
        id text collate "C" not null,
        definition json not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        primary key (workspace_id, id)
      )`.execute(db)
  },
}
