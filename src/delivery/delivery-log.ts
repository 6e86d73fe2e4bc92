import type { Hub } from '../hub.ts'
import { HubError } from '../errors.ts'
import { isId } from '../ids.ts'
import { deliveryIdRange, instantOf } from './mint.ts'

export const waitingStatuses = ['pending', 'retrying', 'held'] as const
export const finishedStatuses = ['delivered', 'failed', 'cancelled'] as const
export type DeliveryStatus = (typeof waitingStatuses)[number] | (typeof finishedStatuses)[number]

/** One event's way to one endpoint. */
export interface Delivery {
  id: string
  endpointId: string
  eventId: string
  type: string
  status: DeliveryStatus
  reason: string | null
  attempts: number
  error: string | null
  createdAt: Date
  /** When the next attempt is due; null when it is finished or held. */
  nextAttemptAt: Date | null
  finishedAt: Date | null
}

export interface DeliveryFilter {
  endpointId?: string | undefined
  status?: DeliveryStatus | undefined
  eventId?: string | undefined
  type?: string | undefined
}

interface Row {
  id: string
  endpoint_id: string
  event_id: string
  type: string | null
  status: DeliveryStatus
  reason: string | null
  attempts: number
  error: string | null
  next_attempt_at: Date | null
  finished_at: Date | null
}

const waitingColumns = `q.id, q.endpoint_id, q.event_id,
  case when q.held then 'held' when q.attempts > 0 then 'retrying' else 'pending' end as status, null as reason, q.attempts,
  q.last_error as error, case when q.held then null else q.due_at end as next_attempt_at, null::timestamptz as finished_at`
const finishedColumns = `d.id, d.endpoint_id, d.event_id, d.status, d.reason, d.attempts, d.error,
  null::timestamptz as next_attempt_at, d.finished_at`
const waitingCondition: Record<(typeof waitingStatuses)[number], string> = {
  pending: 'not q.held and q.attempts = 0',
  retrying: 'not q.held and q.attempts > 0',
  held: 'q.held',
}

/** The statement of a list, exported for the test that reads its plan. */
export function listStatement(
  workspaceId: string,
  filter: DeliveryFilter,
  before: string | undefined,
  limit: number,
): { text: string; values: unknown[] } {
  const values: unknown[] = [workspaceId, limit]
  const value = (one: unknown) => `$${values.push(one)}`
  const range = filter.eventId === undefined ? undefined : deliveryIdRange(filter.eventId)
  const bounds = (table: string) => [
    ...(before === undefined ? [] : [`${table}.id < ${value(before)}`]),
    ...(range ? [`${table}.id >= ${value(range.from)}`, `${table}.id < ${value(range.to)}`] : []),
    ...(filter.eventId === undefined ? [] : [`${table}.event_id = ${value(filter.eventId)}`]),
    ...(filter.endpointId === undefined ? [] : [`${table}.endpoint_id = ${value(filter.endpointId)}`]),
  ]
  const ofType = (table: string) =>
    filter.type === undefined
      ? []
      : [`exists (select from events e where e.id = ${table}.event_id and e.type = ${value(filter.type)})`]
  const parts: string[] = []
  const { status } = filter
  if (status === undefined || isWaiting(status)) {
    const conditions = [...bounds('q'), ...(status === undefined ? [] : [waitingCondition[status]]), ...ofType('q')]
    const scan = (extra: string[]) =>
      `select ${waitingColumns} from delivery_queue q where ${['q.workspace_id = $1', ...extra, ...conditions].join(' and ')}
       order by q.id desc limit $2`
    // Of a whole workspace: endpoint by endpoint, since the queue has no index by workspace for a list's sake.
    parts.push(
      filter.endpointId === undefined && range === undefined
        ? `select waiting.* from endpoints ep, lateral (${scan(['q.endpoint_id = ep.id'])}) waiting where ep.workspace_id = $1
           order by waiting.id desc limit $2`
        : scan([]),
    )
  }
  if (status === undefined || !isWaiting(status)) {
    // Said literally, so that the partial index of what did not succeed can serve it.
    const wanted =
      status === undefined
        ? []
        : [`d.status = '${status}'`, ...(status === 'delivered' ? [] : [`d.status <> 'delivered'`])]
    const conditions = ['d.workspace_id = $1', ...bounds('d'), ...wanted, ...ofType('d')]
    parts.push(
      `select ${finishedColumns} from deliveries d where ${conditions.join(' and ')} order by d.id desc limit $2`,
    )
  }
  return {
    text: `select found.*, e.type from (${parts.map(part => `(${part})`).join(' union all ')}) found
      left join events e on e.id = found.event_id order by found.id desc limit $2`,
    values,
  }
}

function isWaiting(status: DeliveryStatus): status is (typeof waitingStatuses)[number] {
  return (waitingStatuses as readonly string[]).includes(status)
}

/**
 * Deliveries of a workspace, by the instant of their events, newest first: those that wait and those that are finished.
 * Indexes: delivery_queue_by_endpoint, deliveries_by_workspace, deliveries_by_endpoint, deliveries_unsuccessful(_by_endpoint);
 * those of one event are a range of the primary keys.
 */
export async function listDeliveries(
  hub: Hub,
  workspaceId: string,
  filter: DeliveryFilter,
  page: { after: { id: string } | undefined; limit: number },
): Promise<Delivery[]> {
  if (filter.eventId !== undefined && !isId('event', filter.eventId)) throw new HubError('EVENT_NOT_FOUND')
  const { text, values } = listStatement(workspaceId, filter, page.after?.id, page.limit)
  const { rows } = await hub.pool.query<Row>(text, values)
  return rows.map(deliveryOf)
}

/** @throws HubError `DELIVERY_NOT_FOUND` */
export async function findDelivery(hub: Hub, workspaceId: string, id: string): Promise<Delivery> {
  const { rows } = await hub.pool.query<Row>(
    `select found.*, e.type from (
      select ${waitingColumns} from delivery_queue q where q.workspace_id = $1 and q.id = $2
      union all
      select ${finishedColumns} from deliveries d where d.workspace_id = $1 and d.id = $2
    ) found left join events e on e.id = found.event_id`,
    [workspaceId, id],
  )
  const row = rows[0]
  if (!row) throw new HubError('DELIVERY_NOT_FOUND')
  return deliveryOf(row)
}

function deliveryOf(row: Row): Delivery {
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    type: row.type ?? '',
    status: row.status,
    reason: row.reason,
    attempts: row.attempts,
    error: row.error,
    createdAt: new Date(instantOf(row.id)),
    nextAttemptAt: row.next_attempt_at,
    finishedAt: row.finished_at,
  }
}

/** One POST that was made. */
export interface Attempt {
  number: number
  sentAt: Date
  durationMs: number
  statusCode: number | null
  error: string | null
  answer: Buffer | null
  worker: string
}

/** The attempts of a delivery, first one first: the last one of a finished delivery is in its own row. */
export async function attemptsOf(hub: Hub, workspaceId: string, deliveryId: string): Promise<Attempt[]> {
  const { rows } = await hub.pool.query<Attempt>(
    `select number, sent_at as "sentAt", duration_ms as "durationMs", status_code as "statusCode", error, answer, worker
     from delivery_attempts where workspace_id = $1 and delivery_id = $2
     union all
     select attempts, sent_at, duration_ms, status_code, error, answer, worker
     from deliveries where workspace_id = $1 and id = $2 and sent_at is not null
     order by 1`,
    [workspaceId, deliveryId],
  )
  return rows
}
