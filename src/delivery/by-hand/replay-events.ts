import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { lowestIdAt } from '../../ids.ts'
import { conditionOf, type Condition } from '../events/filters/endpoint-condition.ts'
import { matchesType } from '../events/types/event-types.ts'
import { looksPerTest, type Looks } from '../events/filters/filter.ts'
import { dataOf } from '../events/payload.ts'

/** An event that an endpoint may have missed. */
export interface Missable {
  id: string
  type: string
  channels: string[] | null
  size: number
  payloadDays: number
}

/** The most payload bytes that one batch reads, and the most values that it compares, to match events. */
const mostBytes = 8 * 1024 * 1024
const mostLooks = 2_000_000

/**
 * Reads up to `limit` of a workspace's events in a range, and selects those that the endpoint, as it is now, would get. `last`
 * is the last event read; `more` says whether others follow. Index: events_by_workspace.
 */
export async function findMissable(
  db: Executor,
  workspaceId: string,
  endpointId: string,
  range: { after: string; before: Date; limit: number },
): Promise<{ lookedAt: number; last: string; more: boolean; matching: Missable[] }> {
  const endpoint = await db
    .selectFrom('endpoints')
    .select(['id', 'event_types', 'channels', 'filter', 'created_at'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', endpointId)
    .executeTakeFirst()
  if (!endpoint) return { lookedAt: 0, last: range.after, more: false, matching: [] }
  const events = await eventsAfter(db, workspaceId, range)
  const condition = conditionOf(endpoint)
  // Nothing that was published before there was the endpoint.
  const first = lowestIdAt('event', endpoint.created_at)
  const looks: Looks = { left: mostLooks }
  const matching: Missable[] = []
  let [lookedAt, bytes] = [0, 0]
  for (const event of events) {
    const subscribed = event.id >= first && event.type !== testType && matchesType(endpoint.event_types, event.type)
    if (subscribed) {
      const reads = endpoint.filter !== null || tellsOfEndpoint(event.type)
      if (reads) bytes += event.size
      if (lookedAt > 0 && (bytes > mostBytes || looks.left < looksPerTest)) break
      const data = reads ? await storedData(db, event) : undefined
      if (takes(endpointId, condition, event, data, looks)) matching.push(event)
    }
    lookedAt++
  }
  const last = events[lookedAt - 1]?.id ?? range.after
  return { lookedAt, last, more: events.length === range.limit || lookedAt < events.length, matching }
}

function eventsAfter(
  db: Executor,
  workspaceId: string,
  range: { after: string; before: Date; limit: number },
): Promise<Missable[]> {
  return db
    .selectFrom('events')
    .select(['id', 'type', 'channels', 'size', 'payload_days as payloadDays'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '>', range.after)
    .where('id', '<', lowestIdAt('event', range.before))
    .orderBy('id')
    .limit(range.limit)
    .execute()
}

/** An event of this type goes to one endpoint alone, whatever others subscribe to. */
const testType = 'endpoint.test'

/** Whether an event of the type tells about an endpoint. The endpoint itself does not get such events. */
function tellsOfEndpoint(type: string): boolean {
  return type.startsWith('endpoint.') || type.startsWith('webhook.')
}

function takes(
  endpointId: string,
  condition: Condition | undefined,
  event: Missable,
  data: unknown,
  looks: Looks,
): boolean {
  if (tellsOfEndpoint(event.type) && (data as { endpointId?: unknown } | null)?.endpointId === endpointId) return false
  return !condition || condition({ channels: event.channels, data }, looks)
}

/** Gives an event's data as it was stored; undefined when the payload is gone. */
async function storedData(db: Executor, event: Missable): Promise<unknown> {
  const { rows } = await sql<{ body: Buffer }>`
    select body from event_payloads where payload_days = ${event.payloadDays} and event_id = ${event.id}`.execute(db)
  return rows[0] && dataOf(rows[0].body)
}
