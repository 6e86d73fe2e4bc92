import type { Executor } from '../../db/database.ts'
import type { Item } from '../mapping/mapping.ts'
import type { RunHold } from '../runs/run-hold.ts'
import { findCandidates, keptKeys, type Candidate } from './key-store.ts'
import { keysIn } from './keys.ts'
import { hasAlone, isReady, matchKeys } from './ready-keys.ts'

/** Which record an item stands for: one that is there, one of several, which a person decides, or none yet. */
export type Match = { kind: 'join'; recordId: string } | { kind: 'ambiguous' } | { kind: 'none' }

/** Keys were asked for meanwhile that the collection does not keep yet: they are made ready first. */
export class KeysNotReady extends Error {}

/**
 * Finds the records that items stand for which no record of the sync does, in the order of the items. The first key by which
 * any record is found decides; a record that an item has joined is no other's.
 * @throws KeysNotReady
 */
export async function matchItems(
  trx: Executor,
  hold: RunHold,
  items: readonly Pick<Item, 'externalId' | 'json'>[],
): Promise<Map<string, Match>> {
  const keys = matchKeys(hold)
  const { workspaceId, sync } = hold
  if (items.length === 0 || keys.length === 0) return new Map()
  const kept = await keptKeys(trx, workspaceId, sync.collection)
  if (hasAlone(kept, sync.id)) return new Map()
  if (!isReady(kept, keys)) throw new KeysNotReady()
  const asked = items.map(({ json }) => keysIn(keys, JSON.parse(json)))
  const where = { workspaceId, collection: sync.collection, syncId: sync.id }
  const matches = decide(items.length, await findCandidates(trx, where, asked))
  return new Map(items.map(({ externalId }, index) => [externalId, matches[index]!]))
}

/** What candidates come to, for so many items. */
export function decide(count: number, candidates: readonly Candidate[]): Match[] {
  const byItem = new Map<number, Candidate[]>()
  for (const candidate of candidates) {
    byItem.set(candidate.index, [...(byItem.get(candidate.index) ?? []), candidate])
  }
  const taken = new Set<string>()
  return Array.from({ length: count }, (_, index): Match => {
    const free = (byItem.get(index) ?? []).filter(({ recordId }) => !taken.has(recordId))
    const first = Math.min(...free.map(({ rank }) => rank))
    const found = free.filter(({ rank }) => rank === first)
    if (found.length === 0) return { kind: 'none' }
    if (found.length > 1) return { kind: 'ambiguous' }
    const { recordId } = found[0]!
    taken.add(recordId)
    return { kind: 'join', recordId }
  })
}
