import type { Hub } from '../hub.ts'
import type { RunTrigger } from './contract.ts'

/**
 * Asks for a run of a sync.
 */
export async function requestSyncRun(
  _hub: Hub,
  _workspaceId: string,
  _syncId: string,
  _trigger: RunTrigger,
  _options: { full?: boolean } = {},
): Promise<{ runId: string } | null> {
  throw new Error('not built yet')
}
