import type { Executor } from '../../db/database.ts'
import type { RunRow } from './run-row.ts'
import type { Sync } from '../sync-store.ts'

/** Why a run that was asked for, or is under way, does nothing just now. */
export const runWaits = [
  'rate_limit',
  'export',
  'provider_error',
  'place',
  'run_before',
  'connection',
  'worker',
] as const

export type RunWait = (typeof runWaits)[number]

/** The run of each sync that is under way, else the one that is asked for. Relies on sync_runs_running and sync_runs_requested. */
export async function openRunsOf(db: Executor, syncs: readonly Sync[]): Promise<Map<string, RunRow>> {
  const ids = syncs.map(sync => sync.id)
  const [first] = syncs
  if (!first) return new Map()
  const inState = (status: 'requested' | 'running') =>
    db
      .selectFrom('sync_runs')
      .selectAll()
      .where('workspace_id', '=', first.workspaceId)
      .where('sync_id', 'in', ids)
      .where('status', '=', status)
      .execute()
  const [requested, running] = [await inState('requested'), await inState('running')]
  return new Map([...requested, ...running].map(run => [run.sync_id, run]))
}

/** A request that nobody has begun for so long waits for a worker, or for Temporal; before that it is only new. */
const newMs = 10_000

/**
 * What a run waits for: what its row says where it is under way; one that was asked for waits for the run before it, for its
 * connection's user, or for a worker to begin it.
 * @param open the sync's run that is under way, or this one
 */
export function waitOf(run: RunRow, sync: Sync, open: RunRow | undefined): RunWait | null {
  if (run.status !== 'requested') return run.waiting_for
  if (open?.status === 'running') return 'run_before'
  if (sync.status === 'paused') return 'connection'
  return Date.now() - run.requested_at.getTime() > newMs ? 'worker' : null
}
