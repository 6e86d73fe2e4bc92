import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderClient } from '../../calls/call.ts'
import { commitSettled, countsOf } from '../links/commit-settled.ts'
import { readChange } from '../pull/compare.ts'
import { lockByRecord, type Link } from '../links/link-store.ts'
import type { WorkControl } from '../pull/pull.ts'
import type { RunHold } from '../runs/run-hold.ts'
import { failedLink, unchanged } from '../links/link-rows.ts'
import { settleKnown } from '../links/settle.ts'

/**
 * Looks again at items that could not be understood, or of which nothing is known but their ids. Gives the records whose
 * items could be taken, of which the platform may still have to be told something; and whether all were looked at before the slice was over.
 */
export async function readAgain(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  links: readonly Link[],
  control: WorkControl,
): Promise<{ taken: string[]; isThrough: boolean }> {
  const { workspaceId, sync, mapping } = hold
  const taken: string[] = []
  for (const [index, { record_id: recordId, external_id: externalId }] of links.entries()) {
    if (index > 0 && control.isOver()) return { taken, isThrough: false }
    if (externalId === null) continue
    const change = await readChange(hold, client, externalId, control.signal)
    await hub.db.transaction().execute(async trx => {
      const [known] = await lockByRecord(trx, workspaceId, sync.id, [recordId])
      if (known?.link.external_id !== externalId) return
      const settling = { mapping, policy: sync.conflict_policy, now: new Date() }
      const settled = change
        ? settleKnown(settling, known, change)
        : { link: failedLink(unchanged(known.link), 'INVALID_ITEM', settling.now), collisions: 0 }
      await commitSettled(hub, trx, hold, [settled], { ...countsOf([settled]), failed: change ? 0 : 1 })
    })
    if (change) taken.push(recordId)
    control.onProgress()
  }
  return { taken, isThrough: true }
}
