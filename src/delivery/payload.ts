import { createHash } from 'node:crypto'
import { HubError } from '../errors.ts'
import { newId } from '../ids.ts'
import { instantOf } from './mint.ts'

/** The largest payload of one event, in bytes. */
export const payloadLimit = 1024 * 1024

/** Dotted lower or upper case words, such as `invoice.paid`. */
export const eventTypePattern = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/

/** An event to publish to the endpoints that subscribe to it. */
export interface NewEvent {
  /** Dotted, such as `invoice.paid`. */
  type: string
  /** The payload's `data`; JSON. */
  data: unknown
  /** The caller's own id for it, unique in its workspace for de-duplication. */
  eventId?: string | undefined
  /** The endpoint that it is about: it is not told of its own trouble. */
  exceptEndpointId?: string
}

/** An event whose bytes are settled: what is signed is what is stored. */
export interface PreparedEvent {
  id: string
  workspaceId: string
  type: string
  callerId: string | null
  /** SHA-256 of type and data, where the caller gave an id. */
  hash: Buffer | null
  body: Buffer
  /** Goes to this endpoint alone, whatever it subscribes to. */
  onlyTo?: string
  /** Goes to everyone who subscribes but this endpoint. */
  except?: string
}

/**
 * Settles an event's id and bytes: `{ type, timestamp, data }` as Standard Webhooks recommends, with `id` where the caller
 * gave one.
 * @throws HubError `INVALID_REQUEST` when the type is malformed or the data is not JSON, `BODY_TOO_LARGE`
 */
export function prepareEvent(workspaceId: string, event: NewEvent): PreparedEvent {
  if (event.type.length > 128 || !eventTypePattern.test(event.type)) {
    throw new HubError('INVALID_REQUEST', { message: 'An event type is words joined by dots, such as invoice.paid.' })
  }
  const data = JSON.stringify(event.data) as string | undefined
  if (data === undefined) throw new HubError('INVALID_REQUEST', { message: "An event's data must be JSON." })
  const id = newId('event')
  const timestamp = new Date(instantOf(id)).toISOString()
  const callerId = event.eventId ?? null
  const own = callerId === null ? '' : `"id":${JSON.stringify(callerId)},`
  const body = Buffer.from(`{${own}"type":"${event.type}","timestamp":"${timestamp}","data":${data}}`)
  if (body.length > payloadLimit) {
    throw new HubError('BODY_TOO_LARGE', { message: `An event's payload is at most ${payloadLimit} bytes.` })
  }
  const hash = callerId === null ? null : createHash('sha256').update(`${event.type}\n${data}`).digest()
  const except = event.exceptEndpointId === undefined ? {} : { except: event.exceptEndpointId }
  return { id, workspaceId, type: event.type, callerId, hash, body, ...except }
}
