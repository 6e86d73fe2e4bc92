import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderClient } from '../../calls/call.ts'
import { readItems } from '../../calls/read-items.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import { commitSettled, countsOf } from '../links/commit-settled.ts'
import { lockByItem, type Link } from '../links/link-store.ts'
import { settleKnown, type Change } from '../links/settle.ts'
import { hashBytes } from '../mapping/canonical.ts'
import { isBadItem } from '../mapping/mapping.ts'
import { itemsOf } from '../mapping/references/read-items.ts'
import { changeOf } from '../pull/apply-page.ts'
import { supersedes } from '../pull/find-stale.ts'
import type { WorkControl } from '../pull/pull.ts'
import type { RunHold } from '../runs/run-hold.ts'

/**
 * Where a platform knows no version to bring along, the last write wins there: what is about to be changed is looked at
 * just before, many items in a call, and what somebody else has changed since is taken first, by the sync's policy. Gives
 * the records whose items were not as they were last seen: they are planned anew.
 */
export async function readFirst(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  items: readonly PushItem[],
  links: ReadonlyMap<string, Link>,
  control: WorkControl,
): Promise<string[]> {
  const { model } = hold.mapping
  if (!model.readMany || model.version !== undefined) return []
  const known = new Map<string, Link>()
  for (const { recordId, write } of items) {
    const link = write.kind === 'create' ? undefined : links.get(recordId)
    if (link?.external_id != null && !link.gone) known.set(link.external_id, link)
  }
  const ids = [...known.keys()]
  const again: string[] = []
  for (let from = 0; from < ids.length; from += model.readMany.size) {
    const found = await readItems(client, model, ids.slice(from, from + model.readMany.size), control.signal)
    again.push(...(await takeChanged(hub, hold, await changedAmong(hold, found, known))))
    control.onProgress()
  }
  return again
}

/** The items that are not as they were last seen. What cannot be understood, or is older than that, changes nothing. */
async function changedAmong(
  hold: RunHold,
  found: ReadonlyMap<string, unknown>,
  known: ReadonlyMap<string, Link>,
): Promise<Map<string, Change>> {
  const changed = new Map<string, Change>()
  const items = await itemsOf(hold, [...found.values()])
  for (const [index, id] of [...found.keys()].entries()) {
    const [link, item] = [known.get(id)!, items[index]!]
    if (isBadItem(item) || item.externalId !== id) continue
    const isSame = !item.isDeleted && link.external_hash?.equals(hashBytes([item.hash])) === true
    if (!isSame && supersedes(hold, item, link)) changed.set(id, changeOf(item))
  }
  return changed
}

async function takeChanged(
  hub: ConnectionParts,
  hold: RunHold,
  changed: ReadonlyMap<string, Change>,
): Promise<string[]> {
  if (changed.size === 0) return []
  const { workspaceId, sync, mapping } = hold
  return hub.db.transaction().execute(async trx => {
    const settling = { mapping, policy: sync.conflict_policy, now: new Date() }
    const linked = await lockByItem(trx, workspaceId, sync.id, [...changed.keys()])
    const settled = linked.map(known => settleKnown(settling, known, changed.get(known.link.external_id ?? '')!))
    await commitSettled(hub, trx, hold, settled, countsOf(settled))
    return linked.map(({ link }) => link.record_id)
  })
}
