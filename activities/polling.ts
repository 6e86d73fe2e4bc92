import type { Hub } from '../src/hub.ts'
import type { PolledSyncs } from '../src/sync/contract.ts'
import { pollDueSyncs } from '../src/sync/polling/poll-due.ts'

export function createPollingActivities(hub: Hub) {
  return {
    /** Looks at syncs that are run by webhooks, and asks for runs of those that are to be polled. */
    async pollDueSyncs(batch: number): Promise<PolledSyncs> {
      return pollDueSyncs(hub, batch)
    },
  }
}
