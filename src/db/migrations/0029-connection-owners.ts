import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// Whose a connection is among the product's users, by which tags it is found, and which scopes its person did not give.
// Tags have rows of their own beside: a list by tag is then a walk along an index, as the other lists are.
export const connectionOwners: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table connections
      add column owner_id text collate "C",
      add column tags text[] not null default '{}',
      add column scopes_missing text[] not null default '{}'`.execute(db)
    await sql`alter table connect_attempts add column scopes_missing text[] not null default '{}'`.execute(db)
    await sql`create index connections_by_owner on connections (workspace_id, owner_id, id)
      where owner_id is not null`.execute(db)
    // What an owner's end has still to disconnect.
    await sql`create index connections_of_owner_living on connections (workspace_id, owner_id, id)
      where owner_id is not null and status not in ('disconnecting', 'disconnected')`.execute(db)
    await sql`
      create table connection_tags (
        workspace_id text collate "C" not null,
        tag text collate "C" not null,
        connection_id text collate "C" not null references connections on delete cascade,
        primary key (workspace_id, tag, connection_id)
      )`.execute(db)
    await sql`create index connection_tags_by_connection on connection_tags (connection_id)`.execute(db)
  },
}
