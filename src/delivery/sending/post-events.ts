import { batchBody, batchId, type BatchedEvent } from './batch.ts'
import { postOf } from './post.ts'
import type { Post } from './send.ts'
import type { Target } from '../dispatch/targets/target-cache.ts'

/** Builds the request for events: a single event by itself, or a batch where the endpoint takes batches, even of one. */
export function postOfEvents(target: Target, events: readonly BatchedEvent[]): Post {
  if (target.batchSize === 1) return postOf(target, events[0]!.id, events[0]!.body)
  return postOf(target, batchId(events.map(event => event.id)), batchBody(events))
}
