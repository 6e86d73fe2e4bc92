import type { Executor } from '../../db/database.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderClient } from '../../calls/call.ts'
import type { WriteAnswer } from '../../calls/writes/write.ts'
import type { Values } from '../../calls/json-write.ts'
import { commitSettled, countsOf } from '../links/commit-settled.ts'
import { lockByRecord, recordsOfItems, type Link, type LinkedRecord } from '../links/link-store.ts'
import type { LinkErrorCode, Mapping } from '../mapping/mapping.ts'
import { forgetCall, type PushCall } from './push-calls.ts'
import { outcomeOf, readWritten, type Outcome } from './push-outcomes.ts'
import { heldLink } from './push-repeats.ts'
import { pushedChange } from '../history/settled-change.ts'
import type { RunHold } from '../runs/run-hold.ts'
import { inCommitPlace } from '../runs/run-places.ts'
import { emptyLink, failedLink, unchanged } from '../links/link-rows.ts'
import { settleKnown, type Settled } from '../links/settle.ts'

/**
 * Records what came of one call, all its writes in one transaction. Gives the records that have to be looked at again,
 * since the platform had something else than what their write was based on.
 * @throws what kept an answer from being followed up, once the others are recorded: that write stays under way
 */
export async function recordAnswers(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  { key, items }: PushCall,
  answers: readonly WriteAnswer[],
  signal: AbortSignal,
): Promise<string[]> {
  const outcomes = new Map<string, Outcome>()
  const read = await readWritten(hold, client, items, answers, signal)
  for (const [index, item] of items.entries()) {
    outcomes.set(item.recordId, await outcomeOf(hold, client, item, answers[index]!, read, signal))
  }
  const commit = async (trx: Executor) => {
    const { settled, stale, failed } = await settleOutcomes(trx, hold, key, items, outcomes)
    const pushed = answers.filter(({ kind }) => kind !== 'refused').length
    await commitSettled(hub, trx, hold, settled, { ...countsOf(settled), pushed, failed })
    await forgetCall(trx, hold, key)
    return stale
  }
  const again = await inCommitPlace(hub, hold.workspaceId, () => hub.db.transaction().execute(commit))
  for (const outcome of outcomes.values()) if (outcome.kind === 'open') throw outcome.error
  return again
}

/** What the outcomes come to for those links that are still under way by this call. */
async function settleOutcomes(
  trx: Executor,
  hold: RunHold,
  key: string,
  items: readonly PushItem[],
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<{ settled: Settled[]; stale: string[]; failed: number }> {
  const { workspaceId, sync } = hold
  const ids = items.map(({ recordId }) => recordId)
  const linked = await lockByRecord(trx, workspaceId, sync.id, ids)
  const underWay = new Map(
    linked.filter(({ link }) => link.push_key === key).map(known => [known.link.record_id, known]),
  )
  const settled: Settled[] = []
  const stale: string[] = []
  for (const item of items) {
    const [known, outcome] = [underWay.get(item.recordId), outcomes.get(item.recordId)]
    if (!known || !outcome || outcome.kind === 'open') continue
    settled.push(settleOutcome(hold, known, item, outcome))
    const isRevival = known.link.gone && item.write.kind === 'update'
    if (outcome.kind === 'seen' && (outcome.refused === 'stale' || (outcome.refused === 'missing' && isRevival))) {
      stale.push(item.recordId)
    }
  }
  const unique = await withoutClashes(trx, hold, settled, underWay)
  const failed = unique.filter(({ link }) => link.failures > underWay.get(link.recordId)!.link.failures).length
  return { settled: unique, stale, failed }
}

function settleOutcome(
  hold: RunHold,
  known: LinkedRecord,
  item: PushItem,
  outcome: Exclude<Outcome, { kind: 'open' }>,
): Settled {
  const { sync, mapping } = hold
  const settling = { mapping, policy: sync.conflict_policy, now: new Date() }
  const { link } = known
  switch (outcome.kind) {
    case 'failed':
      return { link: failedLink(unchanged(link), outcome.errorCode, settling.now, outcome.said), collisions: 0 }
    case 'unread':
      return unreadItem(mapping, link, item, outcome, settling.now)
    case 'seen': {
      // What only counted as deleted, and was to come back, is there no more: it is made anew.
      if (outcome.refused === 'missing' && link.gone && item.write.kind === 'update') {
        return { link: emptyLink(link.record_id, null), collisions: 0 }
      }
      // What the platform answers to our own write is compared with what we wrote, not with what was before.
      const wrote = outcome.refused === null && item.write.kind !== 'delete' ? item.values : undefined
      const settled = settleKnown(settling, known, outcome.change, wrote)
      return outcome.refused === null ? { ...settled, change: pushed(mapping, known, item, settled) } : settled
    }
  }
}

/** What the record's history says of a write that was taken. */
function pushed(mapping: Mapping, { link, record }: LinkedRecord, item: PushItem, settled: Settled) {
  const { externalId, externalVersion } = settled.link
  const version = (record?.version ?? 0) + (settled.update ? 1 : 0)
  return pushedChange(item, mapping.fieldsOf(link.base), { version, externalId, externalVersion }, settled.change)
}

/** The item is there, and has what it was told as far as anybody knows: whatever changes next is an update of it. */
function unreadItem(
  mapping: Mapping,
  link: Link,
  { values }: PushItem,
  { externalId, version }: { externalId: string; version: string | null },
  now: Date,
): Settled {
  const told = JSON.parse(mapping.jsonOf(values)) as Values
  const there = {
    ...unchanged(link),
    externalId,
    externalVersion: version,
    externalHash: null,
    base: told,
    gone: false,
  }
  return { link: failedLink(there, 'INVALID_ITEM', now), collisions: 0 }
}

/** An item has one record: one that another record has already is left to it, and a person decides. */
async function withoutClashes(
  trx: Executor,
  { workspaceId, sync }: RunHold,
  settled: readonly Settled[],
  known: ReadonlyMap<string, LinkedRecord>,
): Promise<Settled[]> {
  const ids = settled.flatMap(({ link }) => link.externalId ?? [])
  const owners = await recordsOfItems(trx, workspaceId, sync.id, ids)
  return settled.map(one => {
    const { recordId, externalId } = one.link
    if (externalId === null) return one
    const owner = owners.get(externalId) ?? recordId
    owners.set(externalId, owner)
    if (owner === recordId) return one
    return { link: heldLink(unchanged(known.get(recordId)!.link), 'LINKED_ELSEWHERE'), collisions: 0 }
  })
}

/** Records links of records that cannot be written at all, or would not settle. */
export async function recordFailures(
  hub: ConnectionParts,
  hold: RunHold,
  recordIds: readonly string[],
  errorCode: LinkErrorCode,
): Promise<void> {
  if (recordIds.length === 0) return
  await hub.db.transaction().execute(async trx => {
    const linked = await lockByRecord(trx, hold.workspaceId, hold.sync.id, [...recordIds])
    const byRecord = new Map(linked.map(({ link }) => [link.record_id, link]))
    const now = new Date()
    const settled = recordIds.map(recordId => {
      const link = byRecord.get(recordId)
      return { link: failedLink(link ? unchanged(link) : emptyLink(recordId, null), errorCode, now), collisions: 0 }
    })
    await commitSettled(hub, trx, hold, settled, { failed: recordIds.length })
  })
}
