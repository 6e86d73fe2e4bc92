import type { ConnectionParts } from '../../connections/parts.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import type { ProviderClient } from '../../calls/call.ts'
import { commitSettled, countsOf } from '../links/commit-settled.ts'
import { lockByItemOrRecord, recordsOfItems, writeLinks } from '../links/link-store.ts'
import { emptyLink, unchanged } from '../links/link-rows.ts'
import type { Item } from '../mapping/mapping.ts'
import { settleJoin } from '../matching/join.ts'
import { matchKeys } from '../matching/ready-keys.ts'
import { awaitingPerson } from '../matching/wait-for-person.ts'
import { pushLimits } from '../policy.ts'
import type { WorkControl } from '../pull/pull.ts'
import type { RunHold } from '../runs/run-hold.ts'
import { moveRun } from '../runs/run-hold.ts'
import { findMade } from './find-made.ts'
import { findManyMade } from './find-many-made.ts'
import { recordFailures } from './push-answers.ts'
import type { PushCandidate } from './push-plan.ts'
import { heldLink } from './push-repeats.ts'

/**
 * Before things are made at a platform: which of them may be there already. A record that may be an item about which a person has
 * to decide waits for that. Where the platform has a way to look things up, a record joins the item that has its key; where several
 * have it a person decides. Gives what is still to be written, and the records to plan anew.
 */
export async function withoutExisting(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  items: readonly PushItem[],
  candidates: ReadonlyMap<string, PushCandidate>,
  control: WorkControl,
): Promise<{ items: PushItem[]; again: string[] }> {
  const made = items.filter(({ write }) => write.kind === 'create')
  const records = made.flatMap(({ recordId }) => candidates.get(recordId)?.record ?? [])
  const awaiting = await awaitingPerson(hub, hold, records)
  await recordFailures(hub, hold, [...awaiting], 'AMBIGUOUS_MATCH')
  const left = new Set(items.filter(({ recordId }) => !awaiting.has(recordId)))
  if (!hold.mapping.model.lookup) return { items: [...left], again: [] }
  const asked = made.filter(sent => left.has(sent) && !isDecided(candidates.get(sent.recordId)))
  const again: string[] = []
  const refused: string[] = []
  const waiting = [...asked]
  const together = await findManyMade(hold, client, asked, control)
  const look = async (sent: PushItem) => {
    const found = together.get(sent) ?? (await findMade(hold, client, sent, control.signal))
    control.onProgress()
    if (found.kind === 'none' || found.kind === 'no-key') return
    if (found.kind === 'one' && !(await joinItem(hub, hold, sent.recordId, found.item))) return
    left.delete(sent)
    if (found.kind === 'one') again.push(sent.recordId)
    else if (found.kind === 'several') await holdForPerson(hub, hold, sent.recordId)
    else refused.push(sent.recordId)
  }
  await Promise.all(
    Array.from({ length: pushLimits.callsAtOnce }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        await look(next).catch((error: unknown) => {
          waiting.length = 0
          throw error
        })
      }
    }),
  )
  await recordFailures(hub, hold, refused, 'PROVIDER_REJECTED')
  return { items: [...left], again }
}

/** A person has said that it is to be made, whatever is there. */
function isDecided(candidate: PushCandidate | undefined): boolean {
  return candidate?.link?.error_code === 'NOT_SETTLED' && candidate.link.external_id === null
}

/** Links a record to an item that is there; gives false where the item is another record's. */
async function joinItem(hub: ConnectionParts, hold: RunHold, recordId: string, item: Item): Promise<boolean> {
  const { workspaceId, sync, mapping } = hold
  return hub.db.transaction().execute(async trx => {
    const { records } = await lockByItemOrRecord(trx, workspaceId, sync.id, [], [recordId])
    const record = records.get(recordId)
    if (!record || record.deleted_at !== null) return true
    const owners = await recordsOfItems(trx, workspaceId, sync.id, [item.externalId])
    if (owners.size > 0 && owners.get(item.externalId) !== recordId) return false
    const settling = { mapping, policy: sync.conflict_policy, now: new Date() }
    const settled = settleJoin(settling, sync, record, item, [...matchKeys(hold), mapping.model.lookup?.by ?? []])
    await commitSettled(hub, trx, hold, [settled], countsOf([settled]))
    return true
  })
}

async function holdForPerson(hub: ConnectionParts, hold: RunHold, recordId: string): Promise<void> {
  const { workspaceId, sync } = hold
  await hub.db.transaction().execute(async trx => {
    await moveRun(trx, hold, { failed: 1 })
    const { linked } = await lockByItemOrRecord(trx, workspaceId, sync.id, [], [recordId])
    const link = linked[0] ? unchanged(linked[0].link) : emptyLink(recordId, null)
    await writeLinks(trx, workspaceId, sync.id, [heldLink(link, 'AMBIGUOUS_MATCH')])
  })
}
