import type { Executor } from '../db/database.ts'
import type { Hub } from '../hub.ts'

/** An event to publish to the endpoints that subscribe to it. */
export interface NewEvent {
  /** Dotted, such as `invoice.paid`. */
  type: string
  /** The payload's `data`; JSON. */
  data: unknown
  /** The caller's own id for it, unique in its workspace for de-duplication. */
  eventId?: string
}

export interface PublishedEvent {
  /** The hub's id, which is also the `webhook-id` that receivers see. */
  id: string
}

/**
 * Writes events and what they make due, in the caller's transaction: an event is published exactly when the change that
 * it tells of stands.
 */
export async function publishEvents(
  _hub: Hub,
  _db: Executor,
  _workspaceId: string,
  _events: NewEvent[],
): Promise<PublishedEvent[]> {
  throw new Error('not built yet')
}
