import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderClient } from '../../calls/call.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import { commitSettled, countsOf } from '../links/commit-settled.ts'
import { isAsSeen } from '../links/link-rows.ts'
import { lockByItem, type Link } from '../links/link-store.ts'
import { settleKnown, type Change } from '../links/settle.ts'
import { isBadItem, type Mapping } from '../mapping/mapping.ts'
import type { Known } from '../mapping/known.ts'
import { recordsNamedBy } from '../mapping/references/read-items.ts'
import { changeOf } from '../pull/apply-page.ts'
import { supersedes } from '../pull/find-stale.ts'
import type { WorkControl } from '../pull/pull.ts'
import type { RunHold } from '../runs/run-hold.ts'
import { readThere, type Look } from './read-there.ts'

/** What is written now, and the records that are planned anew. */
export interface LookedAt {
  items: PushItem[]
  again: string[]
}

/**
 * Looks at what is about to be changed just before, many items in a call where the platform has one. Where a platform refuses no
 * write that was based on an older version, the last one wins there: what somebody else has changed since is taken first, by the
 * sync's policy. And where lists or objects are told as a whole they are laid over those that the platform has.
 * @param known the items that the records refer to
 */
export async function readFirst(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  items: readonly PushItem[],
  { links, known }: { links: ReadonlyMap<string, Link>; known: Known | undefined },
  control: WorkControl,
): Promise<LookedAt> {
  const looks = looksAt(hold.mapping, items, links)
  const written = new Map(items.map(item => [item.recordId, item]))
  const again: string[] = []
  const drop = (recordId: string) => written.delete(recordId)
  for await (const { found, failed } of readThere(hub, hold, client, looks, control)) {
    for (const recordId of failed) drop(recordId)
    const there = looks.filter(({ link }) => found.has(link.external_id!))
    const raws = there.map(({ link }) => found.get(link.external_id!))
    const records = await recordsNamedBy(hold, raws)
    const changed = new Map<string, Change>()
    for (const [index, { sent, link, needsItem }] of there.entries()) {
      const raw = raws[index]
      const item = hold.mapping.itemOf(raw, records)
      const isUnderstood = !isBadItem(item) && item.externalId === link.external_id
      if (isUnderstood && !isAsSeen(item, link)) {
        if (supersedes(hold, item, link)) changed.set(item.externalId, changeOf(item))
        // What a stale replica tells is no list to lay anything over: it is looked at once more.
        else if (needsItem) again.push(sent.recordId)
      } else if (needsItem)
        written.set(sent.recordId, laidOver(hold.mapping, sent, link, known, { raw, known: records }))
    }
    again.push(...(await takeChanged(hub, hold, changed)))
    control.onProgress()
  }
  for (const recordId of again) drop(recordId)
  return { items: [...written.values()], again }
}

/** Whether items of a model may have to be looked at before they are written, each or some in a call; a sheet is read once for all. */
export function looksFirst({ model, hasWhole }: Mapping): boolean {
  const { list, read, readMany } = model
  if (list.kind === 'grid' || (read === undefined && readMany === undefined)) return false
  return hasWhole || !isGuarded(model)
}

/** Whether the platform refuses a write that was based on an older version. */
export function isGuarded({ version, errors }: ModelDefinition): boolean {
  return version !== undefined || (errors?.stale?.length ?? 0) > 0
}

/** The items that are looked at before they are written. */
function looksAt(mapping: Mapping, items: readonly PushItem[], links: ReadonlyMap<string, Link>): Look[] {
  return items.flatMap((sent): Look[] => {
    const { write, recordId } = sent
    const link = write.kind === 'create' ? undefined : links.get(recordId)
    if (link?.external_id == null || link.gone) return []
    const needsItem = write.kind === 'update' && mapping.tellsWhole(write.body)
    return needsItem || !isGuarded(mapping.model) ? [{ sent, link, needsItem }] : []
  })
}

/** The same write, its lists laid over those of the item as it is. */
function laidOver(
  mapping: Mapping,
  sent: PushItem,
  link: Link,
  known: Known | undefined,
  there: { raw: unknown; known: Known | undefined },
): PushItem {
  if (sent.write.kind !== 'update') return sent
  const { body } = mapping.tell(sent.values, mapping.fieldsOf(link.base), known, there)
  return body ? { ...sent, write: { ...sent.write, body } } : sent
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
