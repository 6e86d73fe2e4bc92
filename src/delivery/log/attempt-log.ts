import { readByIndex } from '../../db/by-index.ts'
import type { DeliveryParts } from '../parts.ts'
import { lowestIdAt } from '../../ids.ts'
import { findEndpoint } from '../endpoints/endpoint-store.ts'
import { findVersions } from '../endpoints/endpoint-versions.ts'
import { shownRequest, type ShownRequest } from './shown-request.ts'
import type { Delivery } from './delivery-rows.ts'

/** One POST that was made. */
export interface Attempt {
  number: number
  sentAt: Date
  durationMs: number
  statusCode: number | null
  error: string | null
  worker: string
}

/** An attempt with its request and answer. The request is null when the endpoint's version is forgotten. */
export interface WholeAttempt extends Attempt {
  request: ShownRequest | null
  answer: Buffer | null
  /** Where a redirect led. */
  location: string | null
}

interface Row extends Attempt {
  answer: Buffer | null
  location: string | null
  version: number | null
}

/**
 * Lists the attempts of a delivery, the first one first. The last attempt of a finished delivery is in the delivery's own row.
 */
export async function attemptsOf(hub: DeliveryParts, workspaceId: string, delivery: Delivery): Promise<WholeAttempt[]> {
  const { rows } = await hub.pool.query<Row>(
    `select number, sent_at as "sentAt", duration_ms as "durationMs", status_code as "statusCode", error, answer, location, worker,
       endpoint_version as version
     from delivery_attempts where workspace_id = $1 and delivery_id = $2
     union all
     select attempts, sent_at, duration_ms, status_code, error, answer, location, worker, endpoint_version
     from deliveries where workspace_id = $1 and id = $2 and sent_at is not null
     order by 1`,
    [workspaceId, delivery.id],
  )
  const wanted = [...new Set(rows.flatMap(row => row.version ?? []))]
  const versions = await findVersions(hub, workspaceId, delivery.endpointId, wanted)
  return rows.map(({ version, ...attempt }) => {
    const known = version === null ? undefined : versions.get(version)
    return { ...attempt, request: known ? shownRequest(known, delivery.eventId, attempt.sentAt) : null }
  })
}

/** An attempt in the list of an endpoint's. */
export interface ListedAttempt extends Attempt {
  deliveryId: string
  eventId: string | null
  type: string | null
}

export interface AttemptFilter {
  status?: 'succeeded' | 'failed' | undefined
  /** Of events published at this instant or later. */
  after?: Date | undefined
  /** Of events published before this instant. */
  before?: Date | undefined
}

/** The place of an attempt in the list. */
export interface AttemptPosition {
  deliveryId: string
  number: number
}

const mostPassed = 2_000

/**
 * Lists the attempts at an endpoint by the instant of their events, newest first, and those of one delivery in reverse. A page
 * passes over a bounded number of other attempts, and says where to go on.
 * @throws HubError `ENDPOINT_NOT_FOUND`
 */
export async function listAttempts(
  hub: DeliveryParts,
  workspaceId: string,
  endpointId: string,
  filter: AttemptFilter,
  page: { behind: AttemptPosition | undefined; limit: number },
): Promise<{ attempts: ListedAttempt[]; next: AttemptPosition | null }> {
  await findEndpoint(hub.db, workspaceId, endpointId)
  const statement = attemptsStatement(workspaceId, endpointId, filter, page.behind, page.limit + 1)
  type Row = ListedAttempt & { cutId: string | null; cutNumber: number | null }
  const rows = await readByIndex<Row>(hub.pool, statement)
  const { cutId, cutNumber } = rows[0]!
  const found = rows.filter(row => row.deliveryId !== null)
  const attempts = found.slice(0, page.limit)
  const last = attempts.at(-1)
  if (found.length > page.limit && last) return { attempts, next: { deliveryId: last.deliveryId, number: last.number } }
  return { attempts, next: cutId === null ? null : { deliveryId: cutId, number: cutNumber! } }
}

/**
 * Last attempts come from the deliveries' rows, by deliveries_by_endpoint or deliveries_unsuccessful_by_endpoint; earlier ones
 * by delivery_attempts_by_endpoint. The statement is planned by index: it compares whole rows, so that no other index offers
 * the same order.
 */
export function attemptsStatement(
  workspaceId: string,
  endpointId: string,
  { status, after, before }: AttemptFilter,
  behind: AttemptPosition | undefined,
  limit: number,
): { text: string; values: unknown[] } {
  const from = after ? lowestIdAt('delivery', after) : 'dlv_'
  const until = before ? lowestIdAt('delivery', before) : 'dlv_~'
  const goesOn = behind !== undefined && behind.deliveryId < until
  // Of the cursor's own delivery only earlier attempts are left, and the one in the delivery's row is its last.
  const to = goesOn ? behind.deliveryId : until
  const failed = status === 'failed'
  const columns = (
    table: string,
    id: string,
    number: string,
  ) => `${table}.${id} as delivery_id, ${table}.${number} as number,
    ${table}.sent_at, ${table}.duration_ms, ${table}.status_code, ${table}.error, ${table}.worker`
  const earlier = `
    select ${columns('a', 'delivery_id', 'number')} from delivery_attempts a
    where (a.endpoint_id, a.delivery_id, a.number) >= ($3, $4, 0) and (a.endpoint_id, a.delivery_id, a.number) < ($3, $5, $6)
      and a.delivery_id >= $4 and a.delivery_id <= $5 and a.workspace_id = $1
    order by a.endpoint_id desc, a.delivery_id desc, a.number desc`
  const last = `
    select ${columns('d', 'id', 'attempts')} from deliveries d
    where ${failed ? "(d.endpoint_id, d.status, d.id) >= ($3, 'failed', $4) and (d.endpoint_id, d.status, d.id) < ($3, 'failed', $5) and d.status <> 'delivered'" : '(d.endpoint_id, d.id) >= ($3, $4) and (d.endpoint_id, d.id) < ($3, $5)'}
      and d.id >= $4 and d.id < $5 and d.workspace_id = $1
    order by d.endpoint_id desc, ${failed ? 'd.status desc, ' : ''}d.id desc`
  const wanted = `c.sent_at is not null${status === undefined ? '' : ` and c.error is ${failed ? 'not ' : ''}null`}`
  const part = (name: string, scan: string) =>
    `${name} as (select * from (${scan} limit ${mostPassed}) c where ${wanted} limit $2)`
  const cut = (name: string, scan: string) => `
    select id, number from (select delivery_id as id, number from (${scan} offset ${mostPassed - 1} limit 1) c) c
    where (select count(*) from ${name}) < $2`
  return {
    text: `
      with ${part('earlier', earlier)}, ${part('last', last)},
      cut as materialized (
        select * from (${cut('earlier', earlier)} union all ${cut('last', last)}) cuts order by id desc, number desc limit 1
      ), found as materialized (
        select * from (select * from earlier union all select * from last) attempts
        where (delivery_id, number) >= (coalesce((select id from cut), ''), coalesce((select number from cut), 0))
        order by delivery_id desc, number desc limit $2
      ), named as materialized (
        select found.*, coalesce((select event_id from deliveries d where d.id = found.delivery_id),
          (select event_id from delivery_queue q where q.id = found.delivery_id)) as event_id from found
      )
      select cut.id as "cutId", cut.number as "cutNumber", delivery_id as "deliveryId", named.number, sent_at as "sentAt",
        duration_ms as "durationMs", status_code as "statusCode", error, worker, event_id as "eventId",
        (select type from events e where e.id = named.event_id) as type
      from (select) one left join cut on true left join named on true order by named.delivery_id desc, named.number desc`,
    values: [workspaceId, limit, endpointId, from, to, goesOn ? behind.number : 0],
  }
}
