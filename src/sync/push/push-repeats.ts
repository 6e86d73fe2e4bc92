import { isHubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { lifetimeMs } from '../../catalogue/lifetime.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { TransportError } from '../../calls/send.ts'
import { lockByRecord, writeLinks, type LinkWrite } from '../links/link-store.ts'
import { forgetCall, pendingCalls, underWay, type PushCall } from './push-calls.ts'
import { moveRun, type RunHold } from '../runs/run-hold.ts'
import { unchanged } from '../links/settle.ts'

/**
 * What is to become of calls whose answers never came: those that the platform recognises by their key are sent again as they
 * were. Of the others, what changes or deletes an item is planned anew, which does no harm; but what was to be made may be
 * there, and a second one would stay for ever: it is held for a person. What this run has left to the next is that one's. Gives
 * the calls, and the records to plan anew.
 */
export async function repeatable(hub: ConnectionParts, hold: RunHold): Promise<{ calls: PushCall[]; anew: string[] }> {
  const calls: PushCall[] = []
  const anew: string[] = []
  for (const { sentAt, ...call } of await pendingCalls(hub.db, hold)) {
    const { open, isLeft } = await underWay(hub.db, hold, call.key)
    if (isLeft) continue
    if (open.size === 0) await forgetCall(hub.db, hold, call.key)
    else if (sentAt === null || isRecognised(hold.mapping.model, sentAt)) calls.push(call)
    else anew.push(...(await giveUp(hub, hold, call, open)))
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
  return idempotency.keptFor === undefined || Date.now() - sentAt.getTime() < lifetimeMs(idempotency.keptFor)
}

async function giveUp(
  hub: ConnectionParts,
  hold: RunHold,
  call: PushCall,
  open: ReadonlySet<string>,
): Promise<string[]> {
  const { workspaceId, sync } = hold
  const made = new Set(call.items.filter(({ write }) => write.kind === 'create').map(({ recordId }) => recordId))
  await hub.db.transaction().execute(async trx => {
    const linked = await lockByRecord(trx, workspaceId, sync.id, [...open])
    const links = linked.map(({ link }) => (made.has(link.record_id) ? heldLink(unchanged(link)) : unchanged(link)))
    await writeLinks(trx, workspaceId, sync.id, links)
    await forgetCall(trx, hold, call.key)
    await moveRun(trx, hold, { failed: links.filter(({ errorCode }) => errorCode === 'WRITE_UNSURE').length })
  })
  return [...open].filter(recordId => !made.has(recordId))
}

/** A link of which a person has to say what became of it. */
export function heldLink(link: LinkWrite, errorCode: 'WRITE_UNSURE' | 'LINKED_ELSEWHERE' = 'WRITE_UNSURE'): LinkWrite {
  return { ...link, state: 'error', errorCode, failures: link.failures + 1, retryAt: null }
}
