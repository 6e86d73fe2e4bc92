import { sql } from 'kysely'
import { writeAudit } from '../audit/log.ts'
import type { Executor } from '../db/database.ts'
import { HubError } from '../errors.ts'
import type { DeliveryParts } from './parts.ts'
import { raiseEndpointsVersion } from './endpoints/endpoint-mode.ts'

/** How long payloads are kept, in days. */
export const payloadClasses = [7, 30, 90] as const
export type PayloadDays = (typeof payloadClasses)[number]

/** What a workspace decides for all of its deliveries. */
export interface DeliverySettings {
  payloadDays: PayloadDays
  /** The delay before each attempt; null for the standard schedule. */
  retryDelaysMs: number[] | null
}

const dayMs = 86_400_000
const standard: DeliverySettings = { payloadDays: 30, retryDelaysMs: null }

export async function findDeliverySettings(db: Executor, workspaceId: string): Promise<DeliverySettings> {
  const row = await db
    .selectFrom('delivery_settings')
    .select(['payload_days', 'retry_delays_ms'])
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
  if (!row) return standard
  return { payloadDays: row.payload_days as PayloadDays, retryDelaysMs: row.retry_delays_ms }
}

/**
 * Changes a workspace's settings. New events keep their payloads for the new time; endpoints without a schedule of their own
 * take the new schedule with their next claim.
 * @throws HubError `INVALID_REQUEST` when a schedule, this one or an endpoint's own, would outlast the payloads
 */
export async function changeDeliverySettings(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  change: Partial<DeliverySettings>,
): Promise<DeliverySettings> {
  return hub.db.transaction().execute(async tx => {
    // Takes the row first: an endpoint's schedule that changes at the same time is checked before or after this.
    await raiseEndpointsVersion(tx, workspaceId)
    const before = await findDeliverySettings(tx, workspaceId)
    const after = { ...before, ...change }
    checkFits(after.retryDelaysMs ?? hub.deliveryPolicy.retryDelaysMs, after.payloadDays)
    if (after.payloadDays < before.payloadDays) await checkEndpoints(tx, workspaceId, after.payloadDays)
    await tx
      .updateTable('delivery_settings')
      .set({ payload_days: after.payloadDays, retry_delays_ms: after.retryDelaysMs })
      .where('workspace_id', '=', workspaceId)
      .execute()
    if (change.retryDelaysMs !== undefined) await renewDefaultEndpoints(tx, workspaceId)
    const details = { fields: Object.keys(change), payloadDays: after.payloadDays }
    await writeAudit(tx, { workspaceId, actor, action: 'delivery_settings.changed', subjectId: workspaceId, details })
    return after
  })
}

/**
 * Refuses an endpoint's own schedule that would outlast the payloads. Call it in a transaction that has raised the endpoints'
 * version, which locks the settings.
 * @throws HubError `INVALID_REQUEST`
 */
export async function checkSchedule(
  db: Executor,
  workspaceId: string,
  retryDelaysMs: number[] | null | undefined,
): Promise<void> {
  if (!retryDelaysMs) return
  checkFits(retryDelaysMs, (await findDeliverySettings(db, workspaceId)).payloadDays)
}

/** The last attempt comes at least a day before the payload expires. The day leaves room for jitter and for waiting in line. */
function longestScheduleMs(payloadDays: number): number {
  return (payloadDays - 1) * dayMs
}

function checkFits(delaysMs: readonly number[], payloadDays: PayloadDays): void {
  const sumMs = delaysMs.reduce((sum, delay) => sum + delay, 0)
  if (sumMs <= longestScheduleMs(payloadDays)) return
  const days = (sumMs / dayMs).toFixed(1)
  const message = `The delays add up to ${days} days; with payloads kept for ${payloadDays} days at most ${payloadDays - 1} are possible`
  throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.retryDelaysMs', message }] })
}

async function checkEndpoints(tx: Executor, workspaceId: string, payloadDays: PayloadDays): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from endpoints where workspace_id = ${workspaceId} and retry_delays_ms is not null
      and (select sum(delay) from unnest(retry_delays_ms) as delay) > ${longestScheduleMs(payloadDays)}
    limit 1`.execute(tx)
  if (!rows[0]) return
  const message = `The retry schedule of ${rows[0].id} takes longer than ${payloadDays - 1} days; change that first`
  throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.payloadDays', message }] })
}

/**
 * Raises the version of the endpoints without a schedule of their own, so that dispatchers notice the change. Locks them in the
 * order of their ids, as every caller that locks several endpoints must.
 */
async function renewDefaultEndpoints(tx: Executor, workspaceId: string): Promise<void> {
  await sql`
    with defaults as (
      select id from endpoints where workspace_id = ${workspaceId} and retry_delays_ms is null
      order by id for no key update
    )
    update endpoints set version = version + 1 from defaults where endpoints.id = defaults.id`.execute(tx)
}
