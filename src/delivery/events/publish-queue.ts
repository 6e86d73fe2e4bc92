import { GroupCommit } from '../../db/group-commit.ts'
import type { DeliveryParts } from '../parts.ts'
import { publishedTogether } from '../policy.ts'
import { EventsRefused } from './admit.ts'
import type { PreparedEvent } from './payload.ts'
import { runOnPool } from './write-events.ts'
import { writeMatched } from './write-matched.ts'

/** Publishes that are committed together, each of some events of one workspace; gives the ids that were written. */
export type PublishQueue = GroupCommit<readonly PreparedEvent[], Set<string>>

const queues = new WeakMap<DeliveryParts['pool'], PublishQueue>()

/** The queue of this process: one for each pool of connections. Takes out events that their workspace refuses (admit.ts). */
export function publishQueueOf(hub: DeliveryParts): PublishQueue {
  let queue = queues.get(hub.pool)
  if (!queue) queues.set(hub.pool, (queue = createQueue(hub)))
  return queue
}

function createQueue(hub: DeliveryParts): PublishQueue {
  return new GroupCommit({
    most: publishedTogether,
    ownerOf: ([first]) => first?.workspaceId ?? '',
    sizeOf: events => ({ rows: events.length, bytes: events.reduce((sum, event) => sum + event.body.length, 0) }),
    async write(publishes) {
      const events = publishes.length === 1 ? publishes[0]! : publishes.flat()
      const written = await writeMatched(hub, hub.db, runOnPool(hub.pool), events)
      return publishes.map(() => written)
    },
    isAbout: (error, events) => error instanceof EventsRefused && events.some(event => error.refusals.has(event)),
  })
}
