import { sql } from 'kysely'
import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import type { Item } from '../mapping/mapping.ts'
import type { RunHold } from '../runs/run-hold.ts'

/** A linked item that seems to be gone, with what the platform said of it. */
export interface Suspect {
  externalId: string
  version: string | null
  at: Date | undefined
}

/** Notes items that a page says are gone, as far as they are linked and not known to be gone. Relies on record_links_by_thing. */
export async function suspect(db: Executor, hold: RunHold, gone: readonly Item[]): Promise<void> {
  if (gone.length === 0) return
  const rows = gone.map(({ externalId, version, updatedAt }) => ({ externalId, version, at: updatedAt ?? null }))
  await sql`
    insert into sync_run_suspects (run_id, external_id, external_version, external_updated_at)
    select ${hold.runId}, i."externalId", i.version, i.at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as i("externalId" text, version text, at timestamptz)
    cross join lateral (
      select l.gone from record_links l
      where l.workspace_id = ${hold.workspaceId} and l.sync_id = ${averageOwner(hold.sync.id)}
        and l.external_id = i."externalId" limit 1
    ) l
    where not l.gone
    on conflict (run_id, external_id) do update
      set external_version = excluded.external_version, external_updated_at = excluded.external_updated_at
  `.execute(db)
}

/** Notes what is linked, not known to be gone, and on none of the run's pages: once for a run, as it reads every link. */
export async function suspectUnseen(db: Executor, { workspaceId, sync, runId }: RunHold): Promise<void> {
  // `not in` is a hash of what was seen, looked up once for each link, whatever the statistics say; `not exists` may become
  // a loop over both. What passes is read from record_links_by_thing alone, and only what is left from the table.
  await sql`
    with unseen as materialized (
      select l.external_id from record_links l
      where l.sync_id = ${sync.id} and l.external_id is not null and l.external_id not in (
        select unnest(p.external_ids) from sync_run_pages p where p.run_id = ${runId} and p.external_ids is not null)
    )
    insert into sync_run_suspects (run_id, external_id)
    select ${runId}, u.external_id from unseen u
    cross join lateral (
      select l.gone from record_links l
      where l.workspace_id = ${workspaceId} and l.sync_id = ${averageOwner(sync.id)} and l.external_id = u.external_id limit 1
    ) l
    where not l.gone
    on conflict do nothing`.execute(db)
}

/** How many suspects still have to be read, and how many were found gone. */
export async function countSuspects(db: Executor, runId: string): Promise<{ unread: number; gone: number }> {
  const { rows } = await sql<{ unread: number; gone: number }>`
    select count(*) filter (where not gone)::int as unread, count(*) filter (where gone)::int as gone
    from sync_run_suspects where run_id = ${runId}`.execute(db)
  return rows[0] ?? { unread: 0, gone: 0 }
}

/**
 * The next suspects that were found gone, or that have to be read, behind one of them: behind the last one there is nothing of what is
 * done with. By the whole primary key, between bounds, so that no plan reads and sorts all of them.
 */
export async function nextSuspects(
  db: Executor,
  runId: string,
  gone: boolean,
  limit: number,
  after = '',
): Promise<Suspect[]> {
  const { rows } = await sql<{
    external_id: string
    external_version: string | null
    external_updated_at: Date | null
  }>`
    select external_id, external_version, external_updated_at from sync_run_suspects
    where (run_id, external_id) > (${runId}, ${after}) and run_id <= ${runId} and gone = ${gone}
    order by run_id, external_id limit ${limit}`.execute(db)
  return rows.map(row => ({
    externalId: row.external_id,
    version: row.external_version,
    at: row.external_updated_at ?? undefined,
  }))
}

/** Says that reading has shown suspects to be gone; what it told of them counts more than what their list did. */
export async function confirmDeleted(db: Executor, runId: string, suspects: readonly Suspect[]): Promise<void> {
  if (suspects.length === 0) return
  const rows = suspects.map(({ externalId, version, at }) => ({ externalId, version, at: at ?? null }))
  const ids = suspects.map(({ externalId }) => externalId)
  await sql`
    update sync_run_suspects s set gone = true, external_version = coalesce(i.version, s.external_version),
      external_updated_at = coalesce(i.at, s.external_updated_at)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as i("externalId" text, version text, at timestamptz)
    where s.ctid = any(array(${placesOf(runId, ids)})) and s.external_id = i."externalId"`.execute(db)
}

/** Forgets suspects with which all is done. */
export async function dropSuspects(db: Executor, runId: string, externalIds: readonly string[]): Promise<void> {
  if (externalIds.length === 0) return
  await sql`delete from sync_run_suspects where ctid = any(array(${placesOf(runId, externalIds)}))`.execute(db)
}

/** Where suspects stand, each looked up by the primary key, whatever the statistics say. Nobody but the run's holder writes them. */
function placesOf(runId: string, externalIds: readonly string[]) {
  return sql`
    select s.place from unnest(${externalIds}::text[]) as i(external_id)
    cross join lateral (
      select ctid as place from sync_run_suspects where run_id = ${averageOwner(runId)} and external_id = i.external_id limit 1
    ) s`
}
