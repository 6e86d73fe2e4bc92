import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const connections: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table connections (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces,
        provider text not null,
        provider_app_id text collate "C" references provider_apps,
        environment text not null,
        auth_kind text not null,
        status text not null,
        status_reason text,
        status_changed_at timestamptz not null default now(),
        external_account_id text,
        external_account_name text,
        config jsonb not null default '{}',
        scopes text[] not null default '{}',
        metadata jsonb not null default '{}',
        generation int not null default 0,
        lease_owner text,
        lease_until timestamptz,
        refresh_attempts bigint not null default 0,
        refresh_at timestamptz,
        access_expires_at timestamptz,
        refresh_expires_at timestamptz,
        absolute_expires_at timestamptz,
        refresh_failures int not null default 0,
        first_failure_at timestamptz,
        last_error text,
        ambiguous_since timestamptz,
        recovery text,
        recovery_until timestamptz,
        check_at timestamptz,
        checked_at timestamptz,
        check_failures int not null default 0,
        destroy_at timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      )`.execute(db)
    await sql`create index connections_by_workspace on connections (workspace_id, id)`.execute(db)
    // Inbound webhooks name the account, not the connection.
    await sql`create index connections_by_account on connections (provider, external_account_id)
      where external_account_id is not null`.execute(db)
    await sql`create index connections_by_app on connections (provider_app_id) where provider_app_id is not null`.execute(
      db,
    )
    // The sweeps walk what is due and nothing else; what a workflow of its own looks after is not theirs.
    await sql`create index connections_refresh_due on connections (refresh_at, id)
      where refresh_at is not null and recovery is null and status in ('connected', 'degraded', 'error')`.execute(db)
    await sql`create index connections_check_due on connections (check_at, id)
      where check_at is not null and status in ('connected', 'degraded', 'error')`.execute(db)
    // A lease that nobody gave back: its holder died in the middle of a refresh.
    await sql`create index connections_leased on connections (lease_until) where lease_owner is not null`.execute(db)
    await sql`create index connections_in_trouble on connections (first_failure_at)
      where refresh_failures >= 3 and recovery is null`.execute(db)
    await sql`create index connections_in_recovery on connections (recovery, provider, recovery_until)
      where recovery is not null`.execute(db)
    await sql`create index connections_disconnecting on connections (status_changed_at)
      where status = 'disconnecting'`.execute(db)
    await sql`
      create table connect_attempts (
        id text collate "C" primary key,
        workspace_id text collate "C" not null references workspaces,
        connection_id text collate "C" not null references connections,
        provider text not null,
        state_hash bytea not null unique,
        redirect_uri text not null,
        return_url text,
        scopes text[] not null default '{}',
        captured jsonb not null default '{}',
        status text not null,
        error_code text,
        handed_at timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        expires_at timestamptz not null
      )`.execute(db)
    await sql`create index connect_attempts_by_connection on connect_attempts (workspace_id, connection_id)`.execute(db)
    // What reconcile looks for: callbacks whose workflow was not started, and persons who never came back.
    await sql`create index connect_attempts_open on connect_attempts (status, expires_at)
      where status in ('awaiting', 'code_received')`.execute(db)
  },
}
