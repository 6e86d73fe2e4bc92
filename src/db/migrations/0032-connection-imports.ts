import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// Connections that are brought in from elsewhere, row by row. What a row holds is sealed in `credentials` until it is decided.
export const connectionImports: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table connection_imports (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces on delete cascade,
        state text not null default 'receiving' check (state in ('receiving', 'running', 'finished', 'cancelled')),
        format text not null check (format in ('list', 'jsonl', 'csv')),
        dry_run boolean not null,
        total integer not null default 0,
        actor text not null,
        created_at timestamptz not null default now(),
        finished_at timestamptz,
        reconcile_at timestamptz
      )`.execute(db)
    await sql`create index connection_imports_by_workspace on connection_imports (workspace_id, id)`.execute(db)
    await sql`create index connection_imports_open on connection_imports (workspace_id, id)
      where state in ('receiving', 'running')`.execute(db)
    await sql`create index connection_imports_to_reconcile on connection_imports (reconcile_at)
      where reconcile_at is not null`.execute(db)
    await sql`create index connection_imports_by_end on connection_imports (finished_at)
      where finished_at is not null`.execute(db)
    await sql`create index connection_imports_receiving on connection_imports (created_at)
      where state = 'receiving'`.execute(db)
    await sql`
      create table connection_import_rows (
        id text collate "C" primary key,
        workspace_id text collate "C" not null,
        import_id text collate "C" not null references connection_imports on delete cascade,
        number integer not null,
        external_id text collate "C",
        provider text collate "C",
        outcome text check (outcome in ('connected', 'needs_reauth', 'duplicate', 'failed', 'unchecked', 'cancelled')),
        code text,
        detail text,
        connection_id text collate "C",
        attempts integer not null default 0,
        failing_since timestamptz,
        due_at timestamptz not null default now(),
        lease_owner text,
        lease_until timestamptz,
        decided_at timestamptz
      )`.execute(db)
    // What is still to be decided, and in which order.
    await sql`create index connection_import_rows_due on connection_import_rows (import_id, due_at, id)
      where decided_at is null`.execute(db)
    await sql`create index connection_import_rows_by_import on connection_import_rows (import_id, id)`.execute(db)
    await sql`create index connection_import_rows_by_outcome on connection_import_rows (import_id, outcome, id)`.execute(
      db,
    )
    await sql`create index connection_import_rows_by_external_id on connection_import_rows (import_id, external_id, id)
      where external_id is not null`.execute(db)
    // The same row sent twice doubles nothing: whoever comes second finds the connection, or this.
    await sql`alter table connections add column imported_as text collate "C"`.execute(db)
    await sql`create unique index connections_imported_as on connections (workspace_id, imported_as)
      where imported_as is not null and status <> 'disconnected'`.execute(db)
  },
}
