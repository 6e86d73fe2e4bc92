import { CompiledQuery, sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { DeliveryParts } from '../parts.ts'
import { isId } from '../../ids.ts'
import { countSending } from '../by-hand/cancel.ts'
import { finishOfEvent } from '../by-hand/finish-waiting.ts'
import { deliveryIdRange } from '../mint.ts'

const stepSize = 2_000
/** Looks for late answers this long after erasing: longer than the longest exchange. */
const lookedAfterMs = 10 * 60_000
const eventsAtOnce = 100

/** What came of erasing a payload. */
export interface Erased {
  id: string
  payloadErasedAt: Date
  /** Deliveries that are being sent just now, with the payload. */
  sending: number
}

/**
 * Erases an event's payload and the answers to its deliveries, which may repeat it. Keeps the event, its deliveries and
 * attempts, and who erased it and when. Waiting deliveries fail (payload_erased); one that is being sent may still arrive.
 * Erasing again changes nothing.
 * @throws HubError `EVENT_NOT_FOUND`
 */
export async function erasePayload(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  eventId: string,
): Promise<Erased> {
  if (!isId('event', eventId)) throw new HubError('EVENT_NOT_FOUND')
  const payloadErasedAt = await hub.db.transaction().execute(async tx => {
    const event = await tx
      .selectFrom('events')
      .select(['payload_days', 'payload_erased_at'])
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', eventId)
      .forUpdate()
      .executeTakeFirst()
    if (!event) throw new HubError('EVENT_NOT_FOUND')
    await tx
      .deleteFrom('event_payloads')
      .where('payload_days', '=', event.payload_days)
      .where('event_id', '=', eventId)
      .execute()
    if (event.payload_erased_at) return event.payload_erased_at
    const at = new Date()
    await tx
      .updateTable('events')
      .set({ payload_erased_at: at })
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', eventId)
      .execute()
    await writeAudit(tx, { workspaceId, actor, action: 'event.payload_erased', subjectId: eventId })
    return at
  })
  await eraseTraces(hub, workspaceId, eventId)
  return { id: eventId, payloadErasedAt, sending: await countSending(hub.db, workspaceId, eventId) }
}

/**
 * Empties answers that arrived after their event's payload was erased, from deliveries that were under way. Gives how many
 * events it looked at. Index: events_by_erasure.
 */
export async function eraseLateTraces(hub: DeliveryParts): Promise<number> {
  const events = await hub.db
    .selectFrom('events')
    .select(['id', 'workspace_id'])
    .where('payload_erased_at', '>', new Date(Date.now() - lookedAfterMs))
    .orderBy('payload_erased_at')
    .limit(eventsAtOnce)
    .execute()
  for (const event of events) await eraseTraces(hub, event.workspace_id, event.id)
  return events.length
}

/** Ends waiting deliveries and empties answers, in steps along the event's range of delivery ids. */
async function eraseTraces(hub: DeliveryParts, workspaceId: string, eventId: string): Promise<void> {
  const range = deliveryIdRange(eventId)
  const end = { status: 'failed', reason: 'payload_erased' } as const
  while ((await finishOfEvent(hub.db, { workspaceId, eventId, range }, end, stepSize)) === stepSize) continue
  for (let after = range.from; ;) {
    const ids = await deliveriesOf(hub.db, workspaceId, eventId, after, range.to)
    if (ids.length > 0) await eraseAnswers(hub.db, workspaceId, ids)
    if (ids.length < stepSize) return
    after = ids.at(-1)!
  }
}

/** A step of the event's deliveries, waiting or finished: a range of the primary keys. */
async function deliveriesOf(
  db: Executor,
  workspaceId: string,
  eventId: string,
  after: string,
  to: string,
): Promise<string[]> {
  const part = (table: string) =>
    `(select id from ${table} where id > $3 and id < $4 and workspace_id = $1 and event_id = $2 order by id limit $5)`
  const text = `select id from (${part('delivery_queue')} union all ${part('deliveries')}) as found order by id limit $5`
  const { rows } = await db.executeQuery<{ id: string }>(
    CompiledQuery.raw(text, [workspaceId, eventId, after, to, stepSize]),
  )
  return rows.map(row => row.id)
}

/** Empties the answers to these deliveries, which lie close together. Primary keys. */
async function eraseAnswers(db: Executor, workspaceId: string, ids: string[]): Promise<void> {
  const [first, last] = [ids[0]!, ids.at(-1)!]
  await sql`
    update deliveries set answer = null, location = null
    where id = any(${ids}::text[]) and id >= ${first} and id <= ${last} and workspace_id = ${workspaceId}
      and (answer is not null or location is not null)`.execute(db)
  await sql`
    update delivery_attempts set answer = null, location = null
    where delivery_id = any(${ids}::text[]) and delivery_id >= ${first} and delivery_id <= ${last}
      and workspace_id = ${workspaceId} and (answer is not null or location is not null)`.execute(db)
}
