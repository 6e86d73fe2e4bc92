import type pg from 'pg'
import { readByIndex } from '../../db/by-index.ts'
import { lowestIdAt } from '../../ids.ts'
import { idRange } from './delivery-list-statement.ts'
import type { DeliveryPage } from './delivery-filter.ts'
import type { DeliveryFilter } from './delivery-filter.ts'
import { deliveryOf, finishedColumns, waitingColumns, type DeliveryRow } from './delivery-rows.ts'
import { deliveryIdRange, eventIdRange, lowestDeliveryId } from '../mint.ts'

export type TypeFilter = Omit<DeliveryFilter, 'eventId' | 'status'> & { type: string; status: 'delivered' | undefined }

/** How many events of the type one page looks at. */
const mostEvents = 1_000
/** The events whose deliveries are read at once: few, since the first events mostly fill the page. */
const steps = [50, 200, mostEvents]

/**
 * Lists the deliveries of events of one type, newest first. Index events_by_type gives the events. The deliveries of one
 * millisecond's events are one short range of ids. A page looks at 1,000 events.
 */
export async function listByType(
  pool: pg.Pool,
  workspaceId: string,
  filter: TypeFilter,
  page: { behind: string | undefined; limit: number },
): Promise<DeliveryPage> {
  const { events, whole } = await eventsOfType(pool, workspaceId, filter, page.behind)
  const found: Omit<DeliveryRow, 'type'>[] = []
  let from = 0
  for (const step of steps) {
    if (from >= events.length || found.length > page.limit) break
    // The deliveries of one millisecond are in the order of their own ids, so its events are looked at together.
    let to = Math.min(from + step, events.length)
    while (to < events.length && sameInstant(events[to]!, events[to - 1]!)) to++
    const some = events.slice(from, to)
    const statement = byEventsStatement(workspaceId, filter, some, page.behind, page.limit + 1)
    found.push(...(await readByIndex<Omit<DeliveryRow, 'type'>>(pool, statement)))
    from = to
  }
  const deliveries = found.slice(0, page.limit).map(row => deliveryOf({ ...row, type: filter.type }))
  if (found.length > page.limit) return { deliveries, next: deliveries.at(-1)!.id }
  const last = events[from - 1]
  return { deliveries, next: last === undefined || (whole && from >= events.length) ? null : lowestDeliveryId(last) }
}

const sameInstant = (one: string, other: string) => deliveryIdRange(one).from === deliveryIdRange(other).from

/**
 * Reads the newest events of the type up to the bound, and all of the last millisecond. `whole` says that there are no more.
 */
async function eventsOfType(
  pool: pg.Pool,
  workspaceId: string,
  filter: TypeFilter,
  behind: string | undefined,
): Promise<{ events: string[]; whole: boolean }> {
  const statement = eventsStatement(workspaceId, filter, behind)
  const events = (await readByIndex<{ id: string }>(pool, statement)).map(row => row.id)
  if (events.length < mostEvents) return { events, whole: true }
  const last = events.at(-1)!
  const { rows } = await pool.query<{ id: string }>(
    'select id from events where workspace_id = $1 and type = $2 and id < $3 and id >= $4 order by id desc',
    [workspaceId, filter.type, last, eventIdRange(last).from],
  )
  return { events: [...events, ...rows.map(row => row.id)], whole: false }
}

/** Exported for the test that reads its plan. */
export function eventsStatement(
  workspaceId: string,
  filter: TypeFilter,
  behind: string | undefined,
): { text: string; values: unknown[] } {
  const from = filter.after ? lowestIdAt('event', filter.after) : 'evt_'
  const to = ['evt_~', filter.before ? lowestIdAt('event', filter.before) : '~']
  // An event of the cursor's own millisecond may have deliveries behind it, unless the cursor is before all of them.
  if (behind !== undefined) {
    const ofCursor = eventIdRange(behind)
    to.push(behind === lowestDeliveryId(behind) ? ofCursor.from : ofCursor.to)
  }
  return {
    // Whole rows are compared so that no other index has this order; the bounds on the id alone leave out partitions.
    text: `select id from events
      where (workspace_id, type, id) >= ($1, $2, $3) and (workspace_id, type, id) < ($1, $2, $4) and id >= $3 and id < $4
      order by workspace_id desc, type desc, id desc limit ${mostEvents}`,
    values: [workspaceId, filter.type, from, to.sort()[0]],
  }
}

/** The deliveries of some events, newest first. Exported for the test that reads its plan. */
export function byEventsStatement(
  workspaceId: string,
  filter: TypeFilter,
  events: readonly string[],
  behind: string | undefined,
  limit: number,
): { text: string; values: unknown[] } {
  const values: unknown[] = [workspaceId, limit]
  const value = (one: unknown) => `$${values.push(one)}`
  const instants = value([...new Set(events.map(event => deliveryIdRange(event).from))])
  const among = value(events)
  const range = idRange(filter, behind)
  const bounds = [`id >= ${value(range.from)}`, `id < ${value(range.to)}`]
  if (filter.endpointId !== undefined) bounds.push(`endpoint_id = ${value(filter.endpointId)}`)
  const scan = (table: string, columns: string, alias: string, extra: string[] = []) =>
    `(select ${columns} from ${table} ${alias} where ${[
      `${alias}.id >= instant.at and ${alias}.id < instant.at || '~'`,
      `${alias}.workspace_id = $1 and ${alias}.event_id = any(${among}::text[])`,
      ...bounds.map(bound => `${alias}.${bound}`),
      ...extra,
    ].join(' and ')} order by ${alias}.id desc limit $2)`
  const parts =
    filter.status === 'delivered'
      ? [scan('deliveries', finishedColumns, 'd', ["d.status = 'delivered'"])]
      : [scan('delivery_queue', waitingColumns, 'q'), scan('deliveries', finishedColumns, 'd')]
  return {
    text: `select found.* from unnest(${instants}::text[]) as instant(at), lateral (${parts.join(' union all ')}) found
      order by found.id desc limit $2`,
    values,
  }
}
