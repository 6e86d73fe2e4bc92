import { writeAudit } from '../../audit/log.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
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
    const overlapEndsAt = await changeSecret(hub, trx, address, secret, defaultOverlapSeconds * 1_000)
    await trx
      .updateTable('webhook_addresses')
      .set({ learns_until: null, ...(overlapEndsAt === undefined ? {} : { secret_overlap_ends_at: overlapEndsAt }) })
      .where('workspace_id', '=', ref.workspaceId)
      .where('id', '=', ref.id)
      .execute()
    const { workspaceId, id: subjectId, connectionId } = address
    const action = 'webhook_address.secret_learnt'
    await writeAudit(trx, { workspaceId, actor: 'webhook', action, subjectId, details: { connectionId } })
    return true
  })
}
