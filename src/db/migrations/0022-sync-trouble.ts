import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const syncTrouble: Migration = {
  async up(db: Kysely<unknown>) {
    // What a list of syncs is filtered and told by: the last run that ended, and since when none has succeeded.
    await sql`
      alter table syncs
        add column last_run_id text collate "C",
        add column last_run_status text,
        add column last_run_error_code text,
        add column last_run_finished_at timestamptz,
        add column failing_since timestamptz,
        add column watch_until timestamptz`.execute(db)
    await sql`
      update syncs s set last_run_id = r.id, last_run_status = r.status, last_run_error_code = r.error_code,
        last_run_finished_at = r.finished_at
      from syncs as own cross join lateral (
        select id, status, error_code, finished_at from sync_runs
        where sync_id = own.id and finished_at is not null order by sync_id desc, id desc limit 1
      ) as r where own.id = s.id`.execute(db)
    // Those that are in trouble already get their workflow from reconcile.
    await sql`
      update syncs set failing_since = last_run_finished_at, watch_until = now()
      where last_run_status = 'failed' and status = 'active' and deleted_at is null`.execute(db)
    await sql`
      create index syncs_by_last_run on syncs (workspace_id, last_run_status, id)
        where deleted_at is null`.execute(db)
    await sql`create index syncs_failing on syncs (id) where failing_since is not null`.execute(db)
    await sql`create index syncs_watched on syncs (watch_until) where watch_until is not null`.execute(db)
  },
}
