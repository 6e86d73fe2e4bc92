import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { errorCodes, type ErrorCode } from '../../errors.ts'
import type { SyncTrouble } from '../contract.ts'
import { pollEveryMs } from '../polling/policy.ts'
import { nextPollAt } from '../polling/relies.ts'
import { nextRunAt } from '../schedules/next-run.ts'
import type { RunRow } from './run-row.ts'
import type { Sync } from '../sync-store.ts'

/** A watch looks by itself this often at the latest; after a run was due it is over soon. */
const longestLookMs = 3_600_000
const afterDueMs = 120_000
/** A watch that is so late is gone: reconcile starts it again. */
const lateMs = 300_000

/** Why a sync needs patience or a person: since when its runs fail, and how it goes on. Null when it is well, or rests. */
export function troubleOf(sync: Sync, now: Date): SyncTrouble | null {
  if (sync.status === 'paused') return null
  if (sync.failingSince === null) return issueTroubleOf(sync, now)
  const errorCode = sync.lastRun?.errorCode ?? 'SYNC_FAILED'
  const next = nextRunAt(sync, now) ?? nextPollAt(sync)
  const passes = errorCodes[errorCode as ErrorCode]?.retryable ?? false
  return {
    attention: passes && next !== null ? 'retrying' : 'needs_person',
    errorCode,
    since: sync.failingSince.toISOString(),
    nextRunAt: next?.toISOString() ?? null,
    held: sync.deletionsHeld && { count: sync.deletionsHeld.count, known: sync.deletionsHeld.known },
    lookAgainMs:
      next === null ? longestLookMs : Math.min(longestLookMs, Math.max(0, next.getTime() - now.getTime()) + afterDueMs),
  }
}

/** Runs succeed, and some rows wait for a person. */
function issueTroubleOf(sync: Sync, now: Date): SyncTrouble | null {
  if (sync.issuesHeld === 0) return null
  return {
    ...{ attention: 'needs_person', errorCode: 'ISSUES_HELD', issues: sync.issuesHeld, held: null },
    since: (sync.issuesSince ?? now).toISOString(),
    nextRunAt: nextRunAt(sync, now)?.toISOString() ?? null,
    lookAgainMs: longestLookMs,
  }
}

/** Notes in the row that the sync's named workflow watches it, or has nothing left to watch; gives what it is to say. */
export async function watchTrouble(db: Executor, sync: Sync): Promise<SyncTrouble | null> {
  const trouble = troubleOf(sync, new Date())
  const until = trouble && new Date(Date.now() + trouble.lookAgainMs + lateMs)
  await setWatch(db, sync.workspaceId, sync.id, until)
  return trouble
}

/** Says when whoever watches a sync has to have looked again; null: nobody has to. */
export async function setWatch(db: Executor, workspaceId: string, syncId: string, until: Date | null): Promise<void> {
  await db
    .updateTable('syncs')
    .set({ watch_until: until })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', syncId)
    .where('watch_until', 'is distinct from', until)
    .execute()
}

/**
 * Counts again what of a sync waits for a person, 1,000 at most, after one has done something. Whoever watches the sync has to look when there is
 * nothing left; gives whether that is so. Relies on record_links_held.
 */
export async function noteIssues(db: Executor, workspaceId: string, syncId: string): Promise<boolean> {
  const { rows } = await sql<{ is_over: boolean }>`
    update syncs s set issues_held = held.count,
      issues_since = case when held.count > 0 then coalesce(s.issues_since, now()) end,
      watch_until = case when held.count = 0 and s.failing_since is null and s.watch_until is not null then now()
        else s.watch_until end
    from (
      select count(*)::int as count from (
        select from record_links l where l.sync_id = (select ${syncId}::text)
          and (l.state = 'conflict' or (l.state = 'error' and l.retry_at is null)) limit 1000
      ) as counted
    ) as held
    where s.workspace_id = ${workspaceId} and s.id = ${syncId}
    returning held.count = 0 and s.watch_until is not null as is_over`.execute(db)
  return rows[0]?.is_over ?? false
}

/**
 * Has syncs say how their last runs ended, in the transaction that ended them. One that failed is in trouble from then on,
 * until a run succeeds or the sync is paused; somebody has to watch it. One that a webhook has run is polled besides from then
 * on.
 */
export async function noteEnds(db: Executor, workspaceId: string, runs: readonly RunRow[]): Promise<void> {
  if (runs.length === 0) return
  const last = new Map(runs.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(run => [run.sync_id, run]))
  const ended = [...last.values()]
  await sql`
    update syncs s set last_run_id = r.id, last_run_status = r.status, last_run_error_code = r.code,
      last_run_finished_at = now(),
      failing_since = case r.status
        when 'succeeded' then null
        when 'failed' then case when s.status = 'active' then coalesce(s.failing_since, now()) end
        else s.failing_since end,
      issues_held = held.count,
      issues_since = case when held.count > 0 then coalesce(s.issues_since, now()) end,
      watch_until = case
        when (r.status = 'failed' or (r.status = 'succeeded' and held.count > 0)) and s.status = 'active'
          then coalesce(s.watch_until, now())
        when r.status = 'succeeded' and s.watch_until is not null then now()
        else s.watch_until end,
      poll_at = case
        when s.poll_at is null and r.trigger = 'webhook' and s.polling and s.direction <> 'push'
          and coalesce(s.schedule, 'null') = 'null' then ${new Date(Date.now() + pollEveryMs)}
        else s.poll_at end
    from unnest(
      ${ended.map(run => run.sync_id)}::text[],
      ${ended.map(run => run.id)}::text[],
      ${ended.map(run => run.status)}::text[],
      ${ended.map(run => run.error_code)}::text[],
      ${ended.map(run => run.trigger)}::text[]
    ) as r (sync_id, id, status, code, trigger)
    cross join lateral (
      select count(*)::int as count from (
        select from record_links l where l.sync_id = r.sync_id
          and (l.state = 'conflict' or (l.state = 'error' and l.retry_at is null)) limit 1000
      ) as counted
    ) as held
    where s.workspace_id = ${workspaceId} and s.id = r.sync_id`.execute(db)
}
