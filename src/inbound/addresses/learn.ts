import { writeAudit } from '../../audit/log.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { Executor } from '../../db/database.ts'
import { defaultOverlapSeconds } from '../../provider-apps/webhook-secrets.ts'
import { changeSecret, currentSecret, lasts } from '../secrets.ts'
import { lockAddress, type AddressRef } from './store.ts'

/**
 * Takes the secret that a platform's handshake brings to an address: while it has none, or while a registration is open, and
 * once for each. The one before verifies for another day, as what is under way may be signed with it. Gives whether it was
 * taken. The same secret once more is taken too: a platform may repeat its handshake.
 */
export function learnSecret(hub: ConnectionParts, ref: AddressRef, secret: string): Promise<boolean> {
  return hub.db.transaction().execute(async trx => {
    const address = await lockAddress(trx, ref)
    const current = await currentSecret(hub, trx, address)
    if (current === secret) return true
    if (current !== undefined && !lasts(address.learnsUntil)) return false
    await keepSecret(hub, trx, address, secret, 'webhook')
    return true
  })
}

/**
 * Takes the secret that a platform has made for an address and told in the answer to a registration, in the caller's
 * transaction. @throws HubError `WEBHOOK_ADDRESS_NOT_FOUND`
 */
export async function takeSecret(
  hub: ConnectionParts,
  trx: Executor,
  ref: AddressRef,
  secret: string,
  actor: string,
): Promise<void> {
  await keepSecret(hub, trx, await lockAddress(trx, ref), secret, actor)
}

/** Has a handshake bring an address a new secret for so long, whether it has one or not. */
export async function openForSecret(db: Executor, { workspaceId, id }: AddressRef, forMs: number): Promise<void> {
  await db
    .updateTable('webhook_addresses')
    .set({ learns_until: new Date(Date.now() + forMs) })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
}

async function keepSecret(
  hub: ConnectionParts,
  trx: Executor,
  { workspaceId, id, connectionId }: AddressRef,
  secret: string,
  actor: string,
): Promise<void> {
  const overlapEndsAt = await changeSecret(hub, trx, { workspaceId, id }, secret, defaultOverlapSeconds * 1_000)
  await trx
    .updateTable('webhook_addresses')
    .set({ learns_until: null, ...(overlapEndsAt === undefined ? {} : { secret_overlap_ends_at: overlapEndsAt }) })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
  const action = 'webhook_address.secret_learnt'
  await writeAudit(trx, { workspaceId, actor, action, subjectId: id, details: { connectionId } })
}
