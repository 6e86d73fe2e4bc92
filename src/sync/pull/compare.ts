import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderClient } from '../../calls/call.ts'
import { readItem } from '../../calls/read-item.ts'
import { changeOf } from './apply-page.ts'
import { forgetBadItems } from './bad-items.ts'
import { commitSettled, countsOf } from '../links/commit-settled.ts'
import { brakeOf, holdDeletions, releaseDeletions } from './hold-deletions.ts'
import { supersedes } from './find-stale.ts'
import { lockByItem } from '../links/link-store.ts'
import { isBadItem } from '../mapping/mapping.ts'
import { itemsOf } from '../mapping/references/read-items.ts'
import type { WorkControl } from './pull.ts'
import { moveRun, type RunHold } from '../runs/run-hold.ts'
import { settleKnown, type Settled, type Change } from '../links/settle.ts'
import { confirmDeleted, countSuspects, dropSuspects, nextSuspects, suspectUnseen, type Suspect } from './suspects.ts'

const readBatch = 40
const readsAtOnce = 4
const deleteBatch = 500
const reading = 'reading'

/**
 * After a pull: what the platform says is gone, and after a pass over everything what that did not see, is looked at by its
 * id. What is there is taken; what is gone becomes a tombstone, once all of it is known and no more than a run may delete by
 * itself. Gives whether the phase is through.
 * @throws HubError `DELETIONS_HELD` where the list looks like another account's: then nothing may be pushed either
 */
export async function compareUnseen(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  control: WorkControl,
): Promise<boolean> {
  if (hold.run.cursor === null) {
    await hub.db.transaction().execute(async trx => {
      if (hold.run.compare) await suspectUnseen(trx, hold)
      await moveRun(trx, hold, {}, { phase: 'compare', cursor: reading })
    })
  }
  const { unread, gone } = await countSuspects(hub.db, hold.runId)
  if (unread + gone > 0) {
    const brake = await brakeOf(hub.db, hold)
    for (let [confirmed, after] = [gone, '']; confirmed <= brake.allowed;) {
      const batch = await nextSuspects(hub.db, hold.runId, false, readBatch, after)
      if (batch.length === 0) break
      after = batch.at(-1)!.externalId
      confirmed += await readSuspects(hub, hold, client, batch, control.signal)
      control.onProgress()
      if (control.isOver()) return false
    }
    const found = await countSuspects(hub.db, hold.runId)
    if (found.gone > brake.allowed) {
      await holdDeletions(hub, hold, brake, found.gone + found.unread)
      return true
    }
    if (!(await writeTombstones(hub, hold, control))) return false
  }
  await hub.db.transaction().execute(async trx => {
    if (hold.run.full) {
      await releaseDeletions(trx, hold)
      await forgetBadItems(trx, hold)
    }
    await moveRun(trx, hold, {}, { phase: 'push', cursor: null })
  })
  return true
}

/** Reads suspects by their ids and takes what is there. Gives how many are gone; nothing is concluded from what is unreadable. */
async function readSuspects(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  suspects: readonly Suspect[],
  signal: AbortSignal,
): Promise<number> {
  const changes = new Map<string, Change | undefined>()
  const waiting = [...suspects]
  await Promise.all(
    Array.from({ length: readsAtOnce }, async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        changes.set(next.externalId, await readChange(hold, client, next.externalId, signal))
      }
    }),
  )
  const gone: Suspect[] = []
  const there = new Map<string, Change>()
  for (const [externalId, change] of changes) {
    if (!change) continue
    if ('tombstone' in change) gone.push({ externalId, version: change.version, at: change.at })
    else there.set(externalId, change)
  }
  await hub.db.transaction().execute(async trx => {
    await confirmDeleted(trx, hold.runId, gone)
    const isGone = new Set(gone.map(({ externalId }) => externalId))
    const done = suspects.map(({ externalId }) => externalId).filter(id => !isGone.has(id))
    await dropSuspects(trx, hold.runId, done)
    await settleChanges(hub, trx, hold, there)
  })
  return gone.length
}

/** Makes tombstones of what was found gone; gives whether that is through. */
async function writeTombstones(hub: ConnectionParts, hold: RunHold, control: WorkControl): Promise<boolean> {
  for (;;) {
    const batch = await nextSuspects(hub.db, hold.runId, true, deleteBatch)
    if (batch.length === 0) return true
    const changes = new Map(batch.map(item => [item.externalId, { tombstone: true as const, ...item }]))
    await hub.db.transaction().execute(async trx => {
      await dropSuspects(trx, hold.runId, [...changes.keys()])
      await settleChanges(hub, trx, hold, changes)
    })
    control.onProgress()
    if (control.isOver()) return false
  }
}

async function settleChanges(
  hub: ConnectionParts,
  trx: Parameters<typeof lockByItem>[0],
  hold: RunHold,
  changes: ReadonlyMap<string, Change>,
): Promise<void> {
  const { workspaceId, sync, mapping } = hold
  const settling = { mapping, policy: sync.conflict_policy, now: new Date() }
  const linked = await lockByItem(trx, workspaceId, sync.id, [...changes.keys()])
  const settled = linked.flatMap((known): Settled[] => {
    const change = changes.get(known.link.external_id ?? '')
    if (!change || ('item' in change && !supersedes(hold, change.item, known.link))) return []
    return [settleKnown(settling, known, change)]
  })
  await commitSettled(hub, trx, hold, settled, countsOf(settled))
}

/** What the platform has under an id; undefined when it cannot be understood, and then nothing is concluded from it. */
export async function readChange(
  hold: RunHold,
  client: ProviderClient,
  externalId: string,
  signal: AbortSignal,
): Promise<Change | undefined> {
  const raw = await readItem(client, hold.mapping.model, externalId, signal)
  if (raw === undefined) return { tombstone: true, externalId, version: null, at: undefined }
  const [item] = await itemsOf(hold, [raw])
  if (!item || isBadItem(item)) return undefined
  const isMergedAway = hold.mapping.model.merged === 'survivor' && item.externalId !== externalId
  return isMergedAway ? { tombstone: true, externalId, version: null, at: item.updatedAt } : changeOf(item)
}
