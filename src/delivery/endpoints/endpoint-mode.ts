import type { Executor } from '../../db/database.ts'
import { sql } from 'kysely'
import type { EndpointMode } from '../contract.ts'

/** Raises the version of a workspace's endpoints. A publisher that matched events with an older version matches them again. */
export async function raiseEndpointsVersion(db: Executor, workspaceId: string): Promise<void> {
  await db
    .insertInto('delivery_settings')
    .values({ workspace_id: workspaceId, retry_delays_ms: null })
    .onConflict(conflict =>
      conflict.column('workspace_id').doUpdateSet({ endpoints_version: sql`delivery_settings.endpoints_version + 1` }),
    )
    .execute()
}

/** Where the modes may go from each. */
export const modeTransitions: Record<EndpointMode, readonly EndpointMode[]> = {
  open: ['recovering', 'paused', 'disabled'],
  recovering: ['draining', 'open', 'paused', 'disabled'],
  draining: ['recovering', 'open', 'paused', 'disabled'],
  paused: ['open', 'disabled'],
  disabled: ['open'],
}

/** An endpoint without a failure on its books. */
export const healthy = {
  failures: 0,
  failing_since: null,
  failing_delivery_id: null,
  failing_several: false,
  failing_notified_at: null,
  next_probe_at: null,
} as const

/** What else a change of mode sets. */
export interface ModeChange {
  next_probe_at?: Date | null
  failures?: number
  failing_since?: Date | null
  failing_delivery_id?: string | null
  failing_several?: boolean
  failing_notified_at?: Date | null
  disabled_reason?: 'by_hand' | 'failing' | 'gone' | null
  disabled_at?: Date | null
}

/**
 * Moves an endpoint from one of the given modes to another, under a new epoch, if it still has the epoch. Gives the new
 * epoch, or undefined when somebody else was first.
 */
export async function changeMode(
  db: Executor,
  endpoint: { workspaceId: string; endpointId: string; epoch?: number },
  to: EndpointMode,
  change: ModeChange = {},
): Promise<number | undefined> {
  if (!db.isTransaction) return db.transaction().execute(tx => changeMode(tx, endpoint, to, change))
  const from = (Object.keys(modeTransitions) as EndpointMode[]).filter(mode => modeTransitions[mode].includes(to))
  let query = db
    .updateTable('endpoints')
    .set({ mode: to, epoch: sql<number>`epoch + 1`, updated_at: new Date(), ...change })
    .where('workspace_id', '=', endpoint.workspaceId)
    .where('id', '=', endpoint.endpointId)
    .where('mode', 'in', from)
  if (endpoint.epoch !== undefined) query = query.where('epoch', '=', endpoint.epoch)
  const row = await query.returning('epoch').executeTakeFirst()
  if (row) await raiseEndpointsVersion(db, endpoint.workspaceId)
  return row?.epoch
}
