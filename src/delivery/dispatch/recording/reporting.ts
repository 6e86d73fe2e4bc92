import type pg from 'pg'
import type { DeliveryParts } from '../../parts.ts'

/** Endpoints of a workspace that asked for reports on deliveries, up to two for each: whether there is another one. */
export interface ReportReaders {
  delivered: readonly string[]
  failed: readonly string[]
}

const freshMs = 1_000

/** By endpoints_reported_to, which holds only those that ask by name. Exported for the test that reads its plan. */
export const readersText = `
  select workspace_id as "workspaceId",
    coalesce((array_agg(id) filter (where event_types && '{webhook.delivered,webhook.*}'::text[]))[1:2], '{}') as delivered,
    coalesce((array_agg(id) filter (where event_types && '{webhook.failed,webhook.*}'::text[]))[1:2], '{}') as failed
  from endpoints
  where event_types && '{webhook.delivered,webhook.failed,webhook.*}'::text[] and mode <> 'disabled'
  group by workspace_id`

/** Which workspaces want reports, read anew when it is asked for after a second. */
class Reporting {
  #readers: ReadonlyMap<string, ReportReaders> = new Map()
  #readAt = -Infinity

  async readers(pool: pg.Pool): Promise<ReadonlyMap<string, ReportReaders>> {
    const now = performance.now()
    if (now - this.#readAt < freshMs) return this.#readers
    const { rows } = await pool.query<ReportReaders & { workspaceId: string }>({
      name: 'report-readers',
      text: readersText,
    })
    this.#readers = new Map(rows.map(row => [row.workspaceId, row]))
    this.#readAt = now
    return this.#readers
  }
}

const known = new WeakMap<DeliveryParts['pool'], Reporting>()

/** The workspaces in which somebody wants to be told how deliveries end, at most a second old. */
export function reportReaders(hub: DeliveryParts, pool: pg.Pool): Promise<ReadonlyMap<string, ReportReaders>> {
  let reporting = known.get(hub.pool)
  if (!reporting) known.set(hub.pool, (reporting = new Reporting()))
  return reporting.readers(pool)
}

/** Whether somebody but the endpoint itself wants to be told. */
export function isReportWanted(
  readers: ReadonlyMap<string, ReportReaders>,
  { workspaceId, endpointId }: { workspaceId: string; endpointId: string },
  status: keyof ReportReaders,
): boolean {
  return readers.get(workspaceId)?.[status].some(reader => reader !== endpointId) ?? false
}
