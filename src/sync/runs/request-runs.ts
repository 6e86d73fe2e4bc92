import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { newId } from '../../ids.ts'
import type { RunTrigger } from '../contract.ts'
import type { SyncIdentity } from './start-workflow.ts'

/** A model of which something has changed at a connection's platform. */
export interface ChangedModel {
  workspaceId: string
  connectionId: string
  model: string
}

/**
 * Asks for a run of every active sync that pulls what has changed, in the caller's transaction, which holds the syncs until
 * it ends: none is paused in between. Gives the syncs, for `startRunsSoon` after the commit. Relies on syncs_once and
 * sync_runs_requested.
 */
export async function requestRunsOfModels(
  db: Executor,
  changed: ChangedModel[],
  trigger: RunTrigger,
): Promise<SyncIdentity[]> {
  if (changed.length === 0) return []
  const { rows: syncs } = await sql<SyncIdentity>`
    select s.id, s.workspace_id as "workspaceId", s.connection_id as "connectionId", s.provider
    from syncs s join (
      select distinct * from unnest(
        ${changed.map(({ workspaceId }) => workspaceId)}::text[],
        ${changed.map(({ connectionId }) => connectionId)}::text[],
        ${changed.map(({ model }) => model)}::text[]
      ) as t (workspace_id, connection_id, model)
    ) as c on s.connection_id = c.connection_id and s.model = c.model and s.workspace_id = c.workspace_id
    where s.deleted_at is null and s.status = 'active' and s.direction <> 'push'
    order by s.id for share of s`.execute(db)
  await insertRequests(db, syncs, trigger)
  return syncs
}

/**
 * Asks for a run of each of these syncs, which the caller has locked. What is asked for already does for this too. Gives the ids of
 * those for which nothing was.
 */
export async function insertRequests(
  db: Executor,
  syncs: readonly SyncIdentity[],
  trigger: RunTrigger,
): Promise<Set<string>> {
  if (syncs.length === 0) return new Set()
  // One that waits begins after this transaction has ended.
  const { rows } = await sql<{ sync_id: string }>`
    insert into sync_runs (id, workspace_id, sync_id, trigger, status)
    select id, workspace_id, sync_id, ${trigger}, 'requested' from unnest(
      ${syncs.map(() => newId('syncRun'))}::text[],
      ${syncs.map(({ workspaceId }) => workspaceId)}::text[],
      ${syncs.map(({ id }) => id)}::text[]
    ) as t (id, workspace_id, sync_id)
    on conflict (sync_id) where status = 'requested' do nothing returning sync_id`.execute(db)
  return new Set(rows.map(row => row.sync_id))
}
