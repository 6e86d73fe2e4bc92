import { isHubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { lifetimeMs } from '../../catalogue/lifetime.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { TransportError } from '../../calls/send.ts'
import type { ProviderClient } from '../../calls/call.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import { commitSettled, countsOf } from '../links/commit-settled.ts'
import { lockByRecord, recordsOfItems, type LinkedRecord, type LinkWrite } from '../links/link-store.ts'
import { findMade, type FoundItem } from './find-made.ts'
import { forgetCall, notePendingFailure, pendingCalls, underWay, type PushCall } from './push-calls.ts'
import { moveRun, type RunHold } from '../runs/run-hold.ts'
import { unchanged } from '../links/link-rows.ts'
import { settleKnown, type Settled } from '../links/settle.ts'

/**
 * What is to become of calls whose answers never came: those that the platform recognises by their key are sent again as they
 * were. Of the others, what changes or deletes an item is planned anew, which does no harm; but what was to be made may be
 * there, and a second one would stay for ever. It is looked up by its key where the platform has a way to, once it would be found;
 * else, or where that does not tell, it is held for a person. What this run has left to the next is that one's. Gives the calls,
 * and the records to plan anew.
 */
export async function repeatable(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  signal: AbortSignal,
): Promise<{ calls: PushCall[]; anew: string[] }> {
  const calls: PushCall[] = []
  const anew: string[] = []
  for (const { sentAt, ...call } of await pendingCalls(hub.db, hold)) {
    const { open, isLeft } = await underWay(hub.db, hold, call.key)
    if (isLeft) continue
    if (open.size === 0) await forgetCall(hub.db, hold, call.key)
    else if (sentAt === null || isRecognised(hold.mapping.model, sentAt)) calls.push(call)
    else if (mayBeUnseen(hold.mapping.model, call, sentAt)) await leave(hub, hold, call, open.size)
    else anew.push(...(await giveUp(hub, hold, client, call, open, signal)))
  }
  return { calls, anew }
}

/** Whether a call that failed so may have changed something at the platform. */
export function mayHaveArrived(error: unknown): boolean {
  if (isHubError(error, 'PROVIDER_UNREACHABLE')) return !(error.cause instanceof TransportError) || error.cause.sent
  return !isHubError(error) || error.code === 'PROVIDER_ERROR'
}

/** Whether the platform still answers a repeat of what was sent then by what it answered first. */
function isRecognised({ idempotency }: ModelDefinition, sentAt: Date): boolean {
  if (!idempotency) return false
  // What it made may not be there yet: a repeat would find no row, and make a second one.
  if (idempotency.in === 'grid') return Date.now() - sentAt.getTime() >= settlesAfterMs
  return idempotency.keptFor === undefined || Date.now() - sentAt.getTime() < lifetimeMs(idempotency.keptFor)
}

const settlesAfterMs = 60_000

/** Whether what was made by a call may be there and not be found yet. */
function mayBeUnseen({ lookup, idempotency }: ModelDefinition, { items }: PushCall, sentAt: Date): boolean {
  if ((!lookup && idempotency?.in !== 'grid') || items.every(({ write }) => write.kind !== 'create')) return false
  const afterMs = lookup?.settlesAfter === undefined ? settlesAfterMs : lifetimeMs(lookup.settlesAfter)
  return Date.now() - sentAt.getTime() < afterMs
}

async function leave(hub: ConnectionParts, hold: RunHold, { key }: PushCall, count: number): Promise<void> {
  await notePendingFailure(hub.db, hold, key)
  await moveRun(hub.db, hold, { failed: count })
}

async function giveUp(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  call: PushCall,
  open: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string[]> {
  const { workspaceId, sync } = hold
  const made = new Map<string, Made>()
  for (const item of call.items) {
    if (item.write.kind !== 'create' || !open.has(item.recordId)) continue
    made.set(item.recordId, { sent: item, found: await findMade(hold, client, item, signal) })
  }
  await hub.db.transaction().execute(async trx => {
    const linked = await lockByRecord(trx, workspaceId, sync.id, [...open])
    const ids = [...made.values()].flatMap(({ found }) => (found.kind === 'one' ? found.item.externalId : []))
    const owners = await recordsOfItems(trx, workspaceId, sync.id, ids)
    const settled = linked.map(known => settleMade(hold, known, made.get(known.link.record_id), owners))
    const isHeldNow = ({ link }: Settled, at: number) => link.failures > linked[at]!.link.failures
    const [failed, pushed] = [settled.filter(isHeldNow).length, ids.length]
    await commitSettled(hub, trx, hold, settled, { ...countsOf(settled), failed, pushed })
    await forgetCall(trx, hold, call.key)
  })
  const isAnew = (recordId: string) => ['none', undefined].includes(made.get(recordId)?.found.kind)
  return [...open].filter(isAnew)
}

/** A create whose answer never came, and what the platform has by its key. */
interface Made {
  sent: PushItem
  found: FoundItem
}

function settleMade(
  { mapping, sync }: RunHold,
  known: LinkedRecord,
  made: Made | undefined,
  owners: Map<string, string>,
): Settled {
  const link = unchanged(known.link)
  switch (made?.found.kind) {
    case undefined:
    case 'none':
      // Should the rest of this run be lost, what had failed is not left for good.
      return {
        link: { ...link, ...(link.state === 'error' ? { retryAt: new Date().toISOString() } : {}) },
        collisions: 0,
      }
    case 'several':
      return { link: heldLink(link, 'AMBIGUOUS_MATCH'), collisions: 0 }
    case 'no-key':
    case 'refused':
      return { link: heldLink(link), collisions: 0 }
    case 'one': {
      const { item } = made.found
      const owner = owners.get(item.externalId) ?? link.recordId
      owners.set(item.externalId, owner)
      if (owner !== link.recordId) return { link: heldLink(link, 'LINKED_ELSEWHERE'), collisions: 0 }
      // It is the answer that never came: what differs from what was told is the platform's.
      const settling = { mapping, policy: sync.conflict_policy, now: new Date() }
      return settleKnown(settling, known, { item }, made.sent.values)
    }
  }
}

type HeldCode = 'WRITE_UNSURE' | 'LINKED_ELSEWHERE' | 'AMBIGUOUS_MATCH'

/** A link of which a person has to say what became of it. */
export function heldLink(link: LinkWrite, errorCode: HeldCode = 'WRITE_UNSURE'): LinkWrite {
  return { ...link, state: 'error', errorCode, failures: link.failures + 1, retryAt: null }
}
