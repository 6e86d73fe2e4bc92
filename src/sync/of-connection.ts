import type { Executor } from '../db/database.ts'
import type { Hub } from '../hub.ts'

/** A sync as other features see it. */
export interface SyncOfConnection {
  id: string
  model: string
  collection: string
  direction: 'pull' | 'push' | 'both'
  status: 'active' | 'paused'
}

/** The syncs of a connection that are not deleted. */
export async function syncsOfConnection(
  _db: Executor,
  _workspaceId: string,
  _connectionId: string,
): Promise<SyncOfConnection[]> {
  throw new Error('not built yet')
}

/** Why the hub itself pauses a connection's syncs. */
export type PauseReason = 'person' | 'needs_reauth' | 'disconnecting'

/** Pauses the syncs of a connection and stops their running runs at their next page. Gives how many it paused. */
export async function pauseSyncsOfConnection(
  _hub: Hub,
  _workspaceId: string,
  _connectionId: string,
  _reason: PauseReason,
): Promise<number> {
  throw new Error('not built yet')
}
