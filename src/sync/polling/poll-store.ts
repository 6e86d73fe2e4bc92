import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { SyncIdentity } from '../runs/start-workflow.ts'
import { dueWindow } from './policy.ts'

/** The value of `poll_at` when a sync that is polled is to be looked at now. */
export const pollNow = sql<Date | null>`case when poll_at is null then null else now() end`

/** A sync that is to be looked at. */
export interface DueSync extends SyncIdentity {
  lastRunAt: Date | null
  isFailing: boolean
  isBusy: boolean
}

/**
 * Locks syncs, of all workspaces, for which it is time to look whether to poll them: the workspaces take turns, those that
 * have waited longest first. Relies on syncs_polled, sync_runs_running and sync_runs_requested.
 */
export async function claimDuePolls(db: Executor, limit: number): Promise<DueSync[]> {
  const { rows } = await sql<DueSync>`
    with due as materialized (
      select id, workspace_id, poll_at from syncs
      where poll_at <= now() and status = 'active' and deleted_at is null order by poll_at limit ${dueWindow}
    ), turns as materialized (
      select id, poll_at, row_number() over (partition by workspace_id order by poll_at) as turn from due
    )
    select s.id, s.workspace_id as "workspaceId", s.connection_id as "connectionId", s.provider,
      s.last_run_finished_at as "lastRunAt", s.failing_since is not null as "isFailing",
      s.deletions_held is not null
        or exists (select from sync_runs r where r.sync_id = s.id and r.status = 'running')
        or exists (select from sync_runs r where r.sync_id = s.id and r.status = 'requested') as "isBusy"
    from syncs s
    where s.id = any(array(select id from turns order by turn, poll_at limit ${limit}))
      and s.poll_at <= now() and s.status = 'active' and s.deleted_at is null
    for update of s skip locked`.execute(db)
  return rows
}

/** Says when claimed syncs are looked at next. */
export async function postponePolls(
  db: Executor,
  looks: readonly { sync: SyncIdentity; atMs: number }[],
): Promise<void> {
  if (looks.length === 0) return
  await sql`
    update syncs s set poll_at = t.at
    from unnest(
      ${looks.map(({ sync }) => sync.workspaceId)}::text[],
      ${looks.map(({ sync }) => sync.id)}::text[],
      ${looks.map(({ atMs }) => new Date(atMs))}::timestamptz[]
    ) as t (workspace_id, id, at)
    where s.workspace_id = t.workspace_id and s.id = t.id`.execute(db)
}
