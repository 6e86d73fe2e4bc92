import { isDatabaseUnavailable } from '../db/database.ts'
import type { Hub } from '../hub.ts'
import { providerOf } from '../providers/index.ts'
import { syncsOfConnection } from '../sync/of-connection.ts'
import { requestSyncRun } from '../sync/request-run.ts'
import type { ClaimedEvent } from './queue.ts'
import type { Target } from './targets.ts'

/**
 * Asks for a run of every active sync that pulls a model which these webhooks say has changed, once for the whole batch.
 * What cannot be asked for now is left to the sync's own schedule.
 */
export async function startSyncs(hub: Hub, events: ClaimedEvent[], targets: Map<string, Target[]>): Promise<void> {
  const changed = new Map<string, { target: Target; models: Set<string> }>()
  for (const event of events) {
    const model = providerOf(event.provider).webhooks?.triggers[event.type]?.model
    if (model === undefined) continue
    for (const target of targets.get(event.id) ?? []) {
      const known = changed.get(target.connectionId) ?? { target, models: new Set<string>() }
      known.models.add(model)
      changed.set(target.connectionId, known)
    }
  }
  for (const { target, models } of changed.values()) {
    try {
      for (const sync of await syncsOfConnection(hub.db, target.workspaceId, target.connectionId)) {
        if (sync.status !== 'active' || sync.direction === 'push' || !models.has(sync.model)) continue
        await requestSyncRun(hub, target.workspaceId, sync.id, 'webhook')
      }
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error
      hub.log.warn({ err: error, connectionId: target.connectionId }, 'a webhook could not start a sync')
    }
  }
}
