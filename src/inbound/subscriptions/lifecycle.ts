import { sql } from 'kysely'
import type { ProviderDefinition } from '../../catalogue/schema/definition.ts'
import type { Executor } from '../../db/database.ts'
import { syncsOfConnection } from '../../sync/of-connection.ts'
import type { ChangedModel } from '../../sync/runs/request-runs.ts'

/** A webhook that came to an address of one connection, and what its platform is. */
export interface Told {
  event: { type: string; addressId: string | null }
  target: { workspaceId: string; connectionId: string | null }
  definition: ProviderDefinition | undefined
}

/**
 * Heeds what platforms tell of subscriptions themselves, in the transaction that routes it: what has to be renewed or made anew
 * is due at once. Gives the models whose syncs have to look, as some of what should have been sent was lost.
 */
export async function heedLifecycle(db: Executor, all: Told[]): Promise<ChangedModel[]> {
  const missed: ChangedModel[] = []
  for (const { event, target, definition } of all) {
    const lifecycle = definition?.webhooks?.subscribe?.lifecycle
    const { workspaceId, connectionId } = target
    if (!lifecycle || connectionId === null || event.addressId === null) continue
    const { type, addressId } = event
    if (lifecycle.missed.includes(type)) {
      const syncs = await syncsOfConnection(db, workspaceId, connectionId)
      missed.push(...syncs.map(({ model }) => ({ workspaceId, connectionId, model })))
    }
    const again = lifecycle.again.includes(type)
    if (!again && !lifecycle.renew.includes(type)) continue
    // Over webhook_subscriptions_by_address. One that was ended is made anew: it is over.
    await sql`
      update webhook_subscriptions
      set renew_at = now(), expires_at = case when ${again} then now() else expires_at end
      where workspace_id = ${workspaceId} and address_id = ${addressId} and status in ('active', 'failing')`.execute(db)
  }
  return missed
}
