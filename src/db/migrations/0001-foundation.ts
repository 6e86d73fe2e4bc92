import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// Ids are TypeIDs. They are compared byte by byte (collation "C"), so that their order is the order in time whatever the
// database's own collation is.
export const foundation: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table workspaces (
        id text collate "C" primary key,
        name text not null,
        redirect_origins text[] not null default '{}',
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      )`.execute(db)
    await sql`
      create table api_keys (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces,
        name text not null,
        prefix text not null,
        hash bytea not null unique,
        permissions text[] not null,
        created_at timestamptz not null default now(),
        last_used_at timestamptz,
        expires_at timestamptz,
        revoked_at timestamptz
      )`.execute(db)
    await sql`create index api_keys_by_workspace on api_keys (workspace_id, id)`.execute(db)
    await sql`
      create table provider_apps (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces,
        provider text not null,
        name text not null,
        client_id text,
        scopes text[] not null default '{}',
        base_urls jsonb not null default '{}',
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      )`.execute(db)
    await sql`create index provider_apps_by_workspace on provider_apps (workspace_id, id)`.execute(db)
    await sql`
      create table credentials (
        workspace_id text collate "C" not null references workspaces,
        owner_id text collate "C" not null,
        field text not null,
        key_id text not null,
        sealed bytea not null,
        updated_at timestamptz not null default now(),
        primary key (owner_id, field)
      )`.execute(db)
    // Re-encryption after a key rotation walks what other keys have sealed.
    await sql`create index credentials_by_key on credentials (key_id, owner_id)`.execute(db)
    await sql`
      create table idempotency_keys (
        workspace_id text collate "C" not null,
        key text collate "C" not null,
        request_hash bytea not null,
        holder uuid not null,
        taken_at timestamptz not null default now(),
        status int,
        key_id text,
        answer bytea,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        primary key (workspace_id, key)
      )`.execute(db)
    await sql`create index idempotency_keys_by_expiry on idempotency_keys (expires_at)`.execute(db)
    await sql`
      create table audit_log (
        id text collate "C" primary key,
        workspace_id text collate "C" not null,
        actor text not null,
        action text not null,
        subject_id text collate "C" not null,
        details jsonb not null default '{}',
        created_at timestamptz not null default now()
      )`.execute(db)
    await sql`create index audit_log_by_subject on audit_log (workspace_id, subject_id, id)`.execute(db)
    await sql`create index audit_log_by_workspace on audit_log (workspace_id, id)`.execute(db)
  },
}
