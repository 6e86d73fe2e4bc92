import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// The schema is `json`, which keeps its text as it came. Its hash names what was compiled of it, in every process.
export const eventTypes: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table event_types (
        workspace_id text collate "C" not null references workspaces,
        type text collate "C" not null,
        description text,
        schema json,
        schema_hash text collate "C",
        deprecated boolean not null default false,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        primary key (workspace_id, type)
      )`.execute(db)
  },
}
