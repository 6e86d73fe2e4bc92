import { CompiledQuery, sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { DeliveryParts } from '../parts.ts'
import { isId } from '../../ids.ts'
import { findDelivery, type Delivery } from '../log/delivery-log.ts'
import { finishNamed, finishOfEvent } from './finish-waiting.ts'
import { deliveryIdRange } from '../mint.ts'
import { planByIndex } from '../../db/by-index.ts'

const byHand = { status: 'cancelled', reason: 'by_hand' } as const

/** How many deliveries one call cancels at most, and how many it looks at for them. */
const mostCancelled = 10_000
const mostLookedAt = 40_000
const pageSize = 2_000

/**
 * Cancels a waiting delivery. Cancelling it again is no error.
 * @throws HubError `DELIVERY_NOT_FOUND`, `DELIVERY_BUSY` while it is being sent, `CONFLICT` when it is finished
 */
export async function cancelDelivery(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  id: string,
): Promise<Delivery> {
  await hub.db.transaction().execute(async tx => {
    if ((await finishNamed(tx, workspaceId, [id], byHand)) === 0) return
    await writeAudit(tx, { workspaceId, actor, action: 'delivery.cancelled', subjectId: id })
  })
  const delivery = await findDelivery(hub, workspaceId, id)
  if (delivery.status === 'cancelled') return delivery
  if (delivery.finishedAt === null) throw new HubError('DELIVERY_BUSY')
  throw new HubError('CONFLICT', { message: `The delivery is over: it is ${delivery.status}.` })
}

/** What came of cancelling several. */
export interface Cancelled {
  cancelled: number
  /** Deliveries that are being sent now. Nobody can call these back. */
  sending: number
  /** Whether more are waiting. The same call, made again, goes on with them. */
  more: boolean
}

/**
 * Cancels up to 10,000 waiting deliveries of an event, and stops its expansion into further ones and what it would start.
 * @throws HubError `EVENT_NOT_FOUND`
 */
export async function cancelEvent(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  eventId: string,
): Promise<Cancelled> {
  if (!isId('event', eventId)) throw new HubError('EVENT_NOT_FOUND')
  const range = deliveryIdRange(eventId)
  return hub.db.transaction().execute(async tx => {
    const event = tx.selectFrom('events').select('id').where('workspace_id', '=', workspaceId).where('id', '=', eventId)
    if (!(await event.executeTakeFirst())) throw new HubError('EVENT_NOT_FOUND')
    // First, so that no step of its expansion comes after: each takes this row.
    await tx
      .deleteFrom('event_fanouts')
      .where('event_id', '=', eventId)
      .where('workspace_id', '=', workspaceId)
      .execute()
    // Rules that wait for its time have not met it. Index: rules_met_by_event.
    await tx.deleteFrom('rules_met').where('event_id', '=', eventId).where('workspace_id', '=', workspaceId).execute()
    const cancelled = await finishOfEvent(tx, { workspaceId, eventId, range }, byHand, mostCancelled)
    if (cancelled > 0) {
      await writeAudit(tx, {
        workspaceId,
        actor,
        action: 'event.cancelled',
        subjectId: eventId,
        details: { cancelled },
      })
    }
    return { cancelled, sending: await countSending(tx, workspaceId, eventId), more: cancelled === mostCancelled }
  })
}

/** How many deliveries of an event are under way, counting up to 10,000. */
export async function countSending(db: Executor, workspaceId: string, eventId: string): Promise<number> {
  const { from, to } = deliveryIdRange(eventId)
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (
      select from delivery_queue where workspace_id = ${workspaceId} and id >= ${from} and id < ${to}
        and event_id = ${eventId} and leased_until >= now() limit ${mostCancelled}
    ) as sending`.execute(db)
  return rows[0]?.count ?? 0
}

/** Selects the deliveries to cancel: of one endpoint or of the whole workspace, of one event type or of all. */
export interface CancelFilter {
  endpointId?: string | undefined
  type?: string | undefined
}

/** Where a call stopped. */
export interface CancelPosition {
  endpointId: string
  id: string
}

/**
 * Cancels up to 10,000 waiting deliveries, endpoint by endpoint. Gives the position where the next call goes on, if more are
 * left.
 */
export async function cancelWaiting(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  filter: CancelFilter,
  after: CancelPosition | undefined,
): Promise<{ cancelled: number; sending: number; next: CancelPosition | undefined }> {
  let [cancelled, sending, position] = [0, 0, after]
  return hub.db.transaction().execute(async tx => {
    await planByIndex(tx)
    for (let looked = 0; looked < mostLookedAt && cancelled + pageSize <= mostCancelled; looked += pageSize) {
      const { text, values } = waitingStatement(workspaceId, filter.endpointId, position, pageSize)
      const { rows } = await tx.executeQuery<Waiting>(CompiledQuery.raw(text, values))
      const ids = await ofType(tx, rows, filter.type)
      const ended = ids.length === 0 ? 0 : await finishNamed(tx, workspaceId, ids, byHand)
      cancelled += ended
      sending += ids.length - ended
      const last = rows.at(-1)
      position = rows.length < pageSize || !last ? undefined : { endpointId: last.endpoint_id, id: last.id }
      if (!position) break
    }
    if (cancelled > 0) {
      const details = { ...filter, cancelled }
      const subjectId = filter.endpointId ?? workspaceId
      await writeAudit(tx, { workspaceId, actor, action: 'deliveries.cancelled', subjectId, details })
    }
    return { cancelled, sending, next: position }
  })
}

interface Waiting {
  id: string
  endpoint_id: string
  event_id: string
}

/**
 * Reads a page of waiting deliveries, in the order of endpoints. Indexes: endpoints_by_workspace, delivery_queue_by_endpoint.
 */
export function waitingStatement(
  workspaceId: string,
  endpointId: string | undefined,
  after: CancelPosition | undefined,
  limit: number,
): { text: string; values: unknown[] } {
  return {
    text: `
      select waiting.* from endpoints ep, lateral (
        select q.id, q.endpoint_id, q.event_id from delivery_queue q
        where (q.endpoint_id, q.id) > (ep.id, case when ep.id = $2 then $3 else '' end)
          and (q.endpoint_id, q.id) < (ep.id, '~')
        order by q.endpoint_id, q.id limit $4
      ) waiting
      where ep.workspace_id = $1 and ep.id >= $2 ${endpointId === undefined ? '' : 'and ep.id = $5'}
      order by ep.id, waiting.id limit $4`,
    values: [
      workspaceId,
      after?.endpointId ?? '',
      after?.id ?? '',
      limit,
      ...(endpointId === undefined ? [] : [endpointId]),
    ],
  }
}

/** Gives the ids of the deliveries whose event has the type. Looks events up by their primary key. */
async function ofType(tx: Executor, rows: readonly Waiting[], type: string | undefined): Promise<string[]> {
  if (type === undefined || rows.length === 0) return rows.map(row => row.id)
  const ids = [...new Set(rows.map(row => row.event_id))].sort()
  const { rows: matching } = await sql<{ id: string }>`
    select id from events where id = any(${ids}::text[]) and id >= ${ids[0]} and id <= ${ids.at(-1)}
      and type = ${type}`.execute(tx)
  const wanted = new Set(matching.map(event => event.id))
  return rows.filter(row => wanted.has(row.event_id)).map(row => row.id)
}
