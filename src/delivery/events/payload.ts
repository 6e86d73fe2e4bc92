import { createHash } from 'node:crypto'
import { HubError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { ExactNumber, hasExactNumber, plainOf } from '../../json/exact-number.ts'
import { readJson } from '../../json/read-json.ts'
import { isEventType } from './types/event-types.ts'
import { instantOf } from '../mint.ts'

/** The largest payload of one event, in bytes. */
export const payloadLimit = 1024 * 1024

/** The most channels of one event. */
export const mostChannels = 10

/** Names of channels and ordering keys: visible ASCII, so that none looks like another or is lost on the way. */
export const namePattern = /^[\x21-\x7e]{1,128}$/

/** An event to publish to the endpoints that subscribe to it. */
export interface NewEvent {
  /** Dotted, such as `invoice.paid`. */
  type: string
  /** The payload's `data`; JSON. */
  data: unknown
  /** The same as it was written, to be delivered so. */
  json?: string | undefined
  /** The caller's own id for it, unique in its workspace for de-duplication. */
  eventId?: string | undefined
  /** The topics of the event, such as a customer's id. Endpoints with channels get only events in one of theirs. */
  channels?: string[] | undefined
  /** Not to be delivered before; at once when it is past. */
  deliverAt?: Date | undefined
  /** Ordered endpoints get events with one key in the order that they were published in. */
  orderingKey?: string | undefined
  /** The endpoint that it is about: it is not told of its own trouble. */
  exceptEndpointId?: string
}

/** An event whose bytes are settled: what is signed is what is stored. */
export interface PreparedEvent {
  id: string
  workspaceId: string
  type: string
  callerId: string | null
  /** SHA-256 of all that the caller said, where the caller gave an id. */
  hash: Buffer | null
  /** As it was given; the body has it as JSON. */
  data: unknown
  channels: string[] | null
  deliverAt: Date | null
  /** The key by which ordered endpoints keep events in order; null for the endpoint's common line. */
  orderingKey: string | null
  body: Buffer
  /** Whether the workspace's schemas and limits apply. They do not apply to the hub's own events. */
  checked: boolean
  /** The version of its workspace's endpoints and event types that it was last checked with. */
  admittedBy: number
  /** Goes to this endpoint alone, whatever it subscribes to. */
  onlyTo?: string
  /** Goes to everyone who subscribes but this endpoint. */
  except?: string
}

/**
 * Fixes an event's id and bytes: `{ type, timestamp, data }` as Standard Webhooks recommends, with `id` where the caller gave
 * one.
 * @throws HubError `INVALID_REQUEST` when the type is malformed or the data is not JSON, `BODY_TOO_LARGE`
 */
export function prepareEvent(workspaceId: string, event: NewEvent): PreparedEvent {
  if (!isEventType(event.type)) refuse('An event type is words joined by dots, such as invoice.paid.')
  const channels = event.channels?.length ? [...new Set(event.channels)] : null
  if (channels && (channels.length > mostChannels || !channels.every(name => namePattern.test(name)))) {
    refuse(`An event is in at most ${mostChannels} channels; their names are 1 to 128 visible ASCII characters.`)
  }
  const orderingKey = event.orderingKey ?? null
  if (orderingKey !== null && !namePattern.test(orderingKey)) {
    refuse('An ordering key is 1 to 128 visible ASCII characters.')
  }
  const deliverAt = event.deliverAt ?? null
  const data = event.json ?? jsonOf(event.data)
  const id = newId('event')
  const timestamp = new Date(instantOf(id)).toISOString()
  const callerId = event.eventId ?? null
  const own = callerId === null ? '' : `"id":${JSON.stringify(callerId)},`
  const body = Buffer.from(`{${own}"type":"${event.type}","timestamp":"${timestamp}","data":${data}}`)
  if (body.length > payloadLimit) {
    throw new HubError('BODY_TOO_LARGE', { message: `An event's payload is at most ${payloadLimit} bytes.` })
  }
  const hash = callerId === null ? null : createHash('sha256').update(`${event.type}\n${meaningOf(event)}`)
  // What was said beyond type and data, so that the ids remembered from before there was more to say still hold.
  if (hash && (channels || orderingKey !== null || deliverAt)) {
    hash.update(`\n${JSON.stringify([channels?.toSorted(), orderingKey, deliverAt])}`)
  }
  return {
    id,
    workspaceId,
    type: event.type,
    callerId,
    hash: hash?.digest() ?? null,
    data: event.data,
    channels,
    deliverAt,
    orderingKey,
    body,
    checked: false,
    admittedBy: -1,
    ...(event.exceptEndpointId === undefined ? undefined : { except: event.exceptEndpointId }),
  }
}

/** An event's data as it stands in its payload. */
export function dataOf(body: Buffer): unknown {
  return (readJson(body.toString()) as { data: unknown }).data
}

/** Writes the data as canonical text: equal for each way of writing the same values, except for the order of members. */
function meaningOf({ data }: NewEvent): string {
  if (!hasExactNumber(data)) return jsonOf(data)
  return JSON.stringify(data, function (this: Record<string, unknown>, name, value: unknown) {
    const own = this[name]
    return own instanceof ExactNumber ? new ExactNumber(plainOf(own.source)).toJSON() : value
  })
}

function jsonOf(data: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(data)
  } catch (error) {
    throw new HubError('INVALID_REQUEST', { message: "An event's data is nested too deeply.", cause: error })
  }
  return text ?? refuse("An event's data must be JSON.")
}

function refuse(message: string): never {
  throw new HubError('INVALID_REQUEST', { message })
}
