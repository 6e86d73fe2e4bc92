import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { expireSeen } from '../runs/resume.ts'

const dayMs = 86_400_000

/**
 * Deletes up to `limit` runs that ended more than `keepDays` ago, but each sync's last one, and what ended runs saw; gives how
 * many runs.
 */
export async function expireRuns(db: Executor, keepDays: number, limit: number): Promise<number> {
  await expireSeen(db, limit)
  // By sync_runs_ended and the primary key; each sync's last run by sync_runs_by_sync.
  const { numAffectedRows } = await sql`
    delete from sync_runs where id = any(array(
      select r.id from sync_runs r
      cross join lateral (
        select last.id from sync_runs last where last.sync_id = r.sync_id
        order by last.sync_id desc, last.id desc limit 1
      ) last
      where r.finished_at < ${new Date(Date.now() - keepDays * dayMs)} and r.id < last.id
      order by r.finished_at limit ${limit} for update of r skip locked))`.execute(db)
  return Number(numAffectedRows)
}

/**
 * Deletes up to `limit` tombstones that are older than `keepDays`, with their links, terms and keys; gives how many. One stays while a sync has
 * its platform's item linked as being there: without it the next pass would bring the record back.
 */
export async function expireTombstones(db: Executor, keepDays: number, limit: number): Promise<number> {
  // By records_tombstones; links by syncs_by_workspace and the primary key of record_links; keys by record_keys_by_record.
  const { rows } = await sql<{ expired: number }>`
    with old as materialized (
      select r.id, r.workspace_id, r.collection from records r
      where r.deleted_at < ${new Date(Date.now() - keepDays * dayMs)}
        and not exists (
          select from syncs s join record_links l on l.sync_id = s.id and l.record_id = r.id
          where s.workspace_id = r.workspace_id and s.collection = r.collection
            and not l.gone and (l.external_id is not null or l.push_key is not null))
      order by r.deleted_at limit ${limit} for update skip locked
    ), links as (
      delete from record_links l using old join syncs s on s.workspace_id = old.workspace_id and s.collection = old.collection
      where l.sync_id = s.id and l.record_id = old.id
    ), terms as (
      delete from record_terms t using old where t.workspace_id = old.workspace_id and t.record_id = old.id
    ), keys as (
      delete from record_keys k using old where k.workspace_id = old.workspace_id and k.record_id = old.id
    ), gone as (
      delete from records r using old where r.id = old.id returning 1
    )
    select count(*)::int as expired from gone`.execute(db)
  return rows[0]!.expired
}
