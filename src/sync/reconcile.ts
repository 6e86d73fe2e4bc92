import { WorkflowNotFoundError } from '@temporalio/client'
import { sql } from 'kysely'
import { latelyUnusable, lockConnection } from '../connections/store.ts'
import type { ConnectionParts } from '../connections/parts.ts'
import { pauseReasonOf, pauseSyncs } from './follow-connection.ts'
import { finishRun } from './runs/run.ts'
import { applySchedule } from './schedules/schedule.ts'
import { startRunSoon } from './runs/start-workflow.ts'
import { setWatch } from './runs/trouble.ts'
import { startMet } from './rules/start-met.ts'

/** A request that is older was not started on the fast path; a run without a sign of life for so long may be held by nobody. */
const unstartedAfterMs = 10_000
const silentAfterMs = 60_000
const linksAtOnce = 5_000
/** A watch that was asked to look and has not done so is asked again after this long. */
const askedAgainMs = 120_000

/**
 * Pauses what works through a connection that cannot be used, starts requested runs that were not started, syncs of rules that events
 * have met and watches of what fails, frees run rows whose workflow is gone, brings Schedules to what the rows say, and removes what deleted syncs leave. Gives
 * how many it started or freed.
 */
export async function reconcileSync(hub: ConnectionParts, limit: number): Promise<number> {
  const paused = await pauseUnusable(hub, limit)
  const scheduled = await followSchedules(hub, limit)
  const freed = await freeSilentRuns(hub, limit)
  const ruled = await startMet(hub)
  const started = await startRequested(hub, limit)
  const watched = await startWatches(hub, limit)
  await removeDeleted(hub)
  return paused + scheduled + freed + ruled + started + watched
}

/**
 * Starts, or wakes, the workflows of syncs that nobody has looked at in time: runs of them fail, or do no longer. One that
 * finds nothing to watch says so in the row, and ends. Relies on syncs_watched.
 */
async function startWatches(hub: ConnectionParts, limit: number): Promise<number> {
  const rows = await hub.db
    .selectFrom('syncs')
    .select(['id', 'workspace_id', 'connection_id', 'provider'])
    .where('watch_until', '<', new Date(Date.now() - unstartedAfterMs))
    .orderBy('watch_until')
    .limit(limit)
    .execute()
  let started = 0
  for (const { id, workspace_id: workspaceId, connection_id: connectionId, provider } of rows) {
    // Before it looks, which may be at once; should it not come to, it is asked again, behind the others.
    await setWatch(hub.db, workspaceId, id, new Date(Date.now() + askedAgainMs))
    if (!(await startRunSoon(hub, { id, workspaceId, connectionId, provider }, 'manual'))) break
    started++
  }
  return started
}

/** Syncs that run although their connection cannot be used: whatever left them so. Relies on syncs_once. */
async function pauseUnusable(hub: ConnectionParts, limit: number): Promise<number> {
  const connections = await latelyUnusable(hub.db, limit)
  if (connections.length === 0) return 0
  const rows = await hub.db
    .selectFrom('syncs')
    .select(['workspace_id', 'connection_id'])
    .distinct()
    .where(eb => eb.or(connections.map(one => eb.and({ workspace_id: one.workspaceId, connection_id: one.id }))))
    .where('status', '=', 'active')
    .where('deleted_at', 'is', null)
    .execute()
  let paused = 0
  for (const { workspace_id: workspaceId, connection_id: id } of rows) {
    paused += await hub.db.transaction().execute(async trx => {
      const reason = pauseReasonOf(await lockConnection(trx, workspaceId, id))
      return reason ? pauseSyncs(trx, { workspaceId, id }, reason) : 0
    })
  }
  return paused
}

/** Relies on syncs_unscheduled. */
async function followSchedules(hub: ConnectionParts, limit: number): Promise<number> {
  const rows = await hub.db
    .selectFrom('syncs')
    .selectAll()
    .where('schedule_revision', '<>', sql<number>`schedule_applied`)
    .orderBy('id')
    .limit(limit)
    .execute()
  let applied = 0
  for (const row of rows) {
    const identity = {
      id: row.id,
      workspaceId: row.workspace_id,
      connectionId: row.connection_id,
      provider: row.provider,
    }
    try {
      await applySchedule(hub, {
        ...identity,
        schedule: row.schedule,
        paused: row.status === 'paused',
        deleted: row.deleted_at !== null,
        revision: row.schedule_revision,
      })
      applied++
    } catch (error) {
      hub.log.warn({ err: error, syncId: row.id }, "a sync's schedule could not be brought up to date")
    }
  }
  return applied
}

/** Relies on sync_runs_requested. */
async function startRequested(hub: ConnectionParts, limit: number): Promise<number> {
  const rows = await hub.db
    .selectFrom('sync_runs as run')
    .innerJoin('syncs as sync', 'sync.id', 'run.sync_id')
    .select(['sync.id', 'sync.workspace_id', 'sync.connection_id', 'sync.provider', 'run.trigger'])
    .where('run.status', '=', 'requested')
    .where('run.requested_at', '<', new Date(Date.now() - unstartedAfterMs))
    .where('sync.status', '=', 'active')
    .where(eb =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('sync_runs as other')
            .select('other.id')
            .whereRef('other.sync_id', '=', 'run.sync_id')
            .where('other.status', '=', 'running'),
        ),
      ),
    )
    .orderBy('run.requested_at')
    .limit(limit)
    .execute()
  let started = 0
  for (const row of rows) {
    const { id, workspace_id: workspaceId, connection_id: connectionId, provider } = row
    if (await startRunSoon(hub, { id, workspaceId, connectionId, provider }, row.trigger)) started++
  }
  return started
}

/** A run whose workflow was ended from outside holds its sync for ever: it is ended too. Relies on sync_runs_running. */
async function freeSilentRuns(hub: ConnectionParts, limit: number): Promise<number> {
  const rows = await hub.db
    .selectFrom('sync_runs')
    .select(['id', 'workspace_id', 'sync_id', 'workflow_id'])
    .where('status', '=', 'running')
    .where('alive_at', '<', new Date(Date.now() - silentAfterMs))
    // What waits for a rate limit is silent for as long.
    .where(eb =>
      eb.or([eb('waiting_until', 'is', null), eb('waiting_until', '<', new Date(Date.now() - silentAfterMs))]),
    )
    .orderBy('alive_at')
    .limit(limit)
    .execute()
  let freed = 0
  for (const row of rows) {
    if (row.workflow_id !== null && (await isRunning(hub, row.workflow_id))) continue
    const ref = { workspaceId: row.workspace_id, syncId: row.sync_id, runId: row.id }
    await finishRun(hub, ref, { status: 'failed', errorCode: 'SYNC_INTERRUPTED' })
    freed++
  }
  return freed
}

async function isRunning(hub: ConnectionParts, workflowId: string): Promise<boolean> {
  try {
    const { status } = await hub.temporal.withDeadline(Date.now() + 3_000, () =>
      hub.temporal.workflow.getHandle(workflowId).describe(),
    )
    return status.name === 'RUNNING'
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false
    throw error
  }
}

/** Links in batches, and at last the row, with its runs. Relies on syncs_deleted. */
async function removeDeleted(hub: ConnectionParts): Promise<void> {
  const rows = await hub.db
    .selectFrom('syncs')
    .select(['id', 'workspace_id'])
    .where('deleted_at', 'is not', null)
    .where('schedule_revision', '=', sql<number>`schedule_applied`)
    // Whoever watches it is told first, and ends.
    .where('watch_until', 'is', null)
    .orderBy('id')
    .limit(20)
    .execute()
  for (const { id, workspace_id: workspaceId } of rows) {
    const { numAffectedRows } = await sql`
      delete from record_links where workspace_id = ${workspaceId} and (sync_id, record_id) in (
        select sync_id, record_id from record_links where sync_id = ${id} limit ${linksAtOnce})`.execute(hub.db)
    if (Number(numAffectedRows) === linksAtOnce) continue
    await hub.db.deleteFrom('syncs').where('workspace_id', '=', workspaceId).where('id', '=', id).execute()
  }
}
