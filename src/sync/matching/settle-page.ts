import type { Executor } from '../../db/database.ts'
import { newId } from '../../ids.ts'
import { dropLinks, lockByItemOrRecord, type LinkedRecord, type RecordRow } from '../links/link-store.ts'
import { settleKnown, settleNew, type Settled, type Settling } from '../links/settle.ts'
import type { Item } from '../mapping/mapping.ts'
import { supersedes, type StaleItem } from '../pull/find-stale.ts'
import { readRecords } from '../records/read-records.ts'
import type { RunHold } from '../runs/run-hold.ts'
import { settleJoin } from './join.ts'
import { ambiguousLink } from './wait-for-person.ts'
import { lockMatching } from './key-store.ts'
import { keysIn } from './keys.ts'
import { matchItems, type Match } from './match-items.ts'
import { matchKeys } from './ready-keys.ts'
import { wakeWaiting } from './wait-for-person.ts'

/** What the items of a page come to, and the links that are there of those that could not be taken. */
export interface SettledItems {
  settled: Settled[]
  known: ReadonlyMap<string, LinkedRecord>
  /** How many wait for a person, who says which record they are. */
  ambiguous: number
}

/**
 * Settles items that are not as their links saw them: known ones with their records, others with the record that has their keys,
 * or a new one. Locks what it finds, and makes no record of an item that may be one of several.
 * @param others items by their ids whose links are wanted besides
 * @throws KeysNotReady
 */
export async function settleItems(
  trx: Executor,
  hold: RunHold,
  stale: readonly StaleItem[],
  others: readonly string[],
): Promise<SettledItems> {
  const { workspaceId, sync, mapping } = hold
  const settling = { mapping, policy: sync.conflict_policy, now: new Date() }
  const matches = await lockAndMatch(trx, hold, stale)
  const joined = [...matches.values()].flatMap(match => (match.kind === 'join' ? match.recordId : []))
  const ids = [...stale.map(({ item }) => item.externalId), ...others]
  const { linked, records } = await lockByItemOrRecord(trx, workspaceId, sync.id, ids, joined)
  const known = new Map(linked.map(one => [one.link.external_id, one]))
  const replaced: string[] = []
  let ambiguous = 0
  const settled = stale.flatMap(({ item }): Settled[] => {
    const its = known.get(item.externalId)
    // Another may have seen a later version since the page was compared.
    if (its && !supersedes(hold, item, its.link)) return []
    if (its?.record) return [settleKnown(settling, its, { item })]
    const match = matches.get(item.externalId) ?? { kind: 'none' }
    if (match.kind === 'ambiguous') {
      ambiguous++
      const link = ambiguousLink(its?.link.record_id ?? newId('record'), item, its?.link.failures ?? 0)
      // What it names is kept with it until a person has said which record it is.
      return [{ link, collisions: 0, unresolved: item.gaps?.unresolved ?? [] }]
    }
    const join = match.kind === 'join' ? joinOf(settling, hold, records.get(match.recordId), item) : undefined
    if (!join) return [settleNew(settling, item, its?.link.record_id)]
    if (its) replaced.push(its.link.record_id)
    return [join]
  })
  await dropLinks(trx, workspaceId, sync.id, replaced)
  if (replaced.length > 0) await wakeWaiting(trx, workspaceId, sync.id)
  return { settled, known: known as Map<string, LinkedRecord>, ambiguous }
}

/** Looks for the records of items that have none in this sync, before anything else is locked. */
async function lockAndMatch(
  trx: Executor,
  hold: RunHold,
  stale: readonly StaleItem[],
): Promise<ReadonlyMap<string, Match>> {
  const { workspaceId, sync } = hold
  if (matchKeys(hold).length === 0) return new Map()
  if (stale.every(({ recordId, isFailed }) => recordId !== null && !isFailed)) return new Map()
  await lockMatching(trx, workspaceId, sync.collection)
  const failed = stale.flatMap(({ recordId, isFailed }) => (isFailed && recordId !== null ? recordId : []))
  const recorded = await existingRecords(trx, workspaceId, failed)
  const unknown = stale.filter(({ recordId, isFailed }) => recordId === null || (isFailed && !recorded.has(recordId)))
  return matchItems(
    trx,
    hold,
    unknown.map(({ item }) => item),
  )
}

async function existingRecords(trx: Executor, workspaceId: string, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await readRecords(trx, workspaceId, ids)).map(({ id }) => id))
}

/** What a join comes to; undefined when the record has gone, or has other keys, since it was found. */
function joinOf(settling: Settling, hold: RunHold, record: RecordRow | undefined, item: Item): Settled | undefined {
  if (!record || record.deleted_at !== null) return undefined
  const keys = matchKeys(hold)
  const own = new Set(keysIn(keys, JSON.parse(item.json)).map(({ text }) => text))
  if (!keysIn(keys, record.data).some(({ text }) => own.has(text))) return undefined
  return settleJoin(settling, hold.sync, record, item, keys)
}
