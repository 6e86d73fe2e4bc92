import { isDatabaseUnavailable } from '../../db/database.ts'
import { isHubError } from '../../errors.ts'
import { noteWebhooks } from '../../connections/webhooks/seen.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { inboundEvents } from '../../metrics/registry.ts'
import { startRunsSoon } from '../../sync/runs/start-runs.ts'
import type { RoutedCount } from '../contract.ts'
import { maxAttempts, mostTargets, mostWrittenBytes } from '../policy.ts'
import { finish, postpone, type ClaimedEvent } from './queue.ts'
import { findTargets, type Targets } from './targets.ts'
import { writeRouted } from './write-routed.ts'

/**
 * Routes claimed webhooks. Each leads to an event for every connection that it is about, and to runs of the connection's syncs.
 * Events, rows, run requests and the end of the claims commit together; the runs start afterwards. A batch that fails, or is
 * about too many connections for one transaction, is halved. A webhook that fails alone is tried again later, and at last put
 * aside as failed.
 * @param alive called before each transaction
 */
export async function routeBatch(
  hub: ConnectionParts,
  events: ClaimedEvent[],
  alive: () => void = () => undefined,
): Promise<RoutedCount> {
  if (events.length === 0) return { routed: 0, unmatched: 0, failed: 0 }
  alive()
  try {
    const targets = await findTargets(hub, events)
    if (events.length === 1) return await routeOne(hub, events[0]!, targets.get(events[0]!.id)!, alive)
    if (!isTooMuch(events, targets)) return await commit(hub, events, targets)
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error
    if (events.length === 1) return putAside(hub, events[0]!, error)
  }
  return routeHalves(hub, events, alive)
}

async function routeHalves(hub: ConnectionParts, events: ClaimedEvent[], alive: () => void): Promise<RoutedCount> {
  const half = Math.ceil(events.length / 2)
  const first = await routeBatch(hub, events.slice(0, half), alive)
  return sumOf(first, await routeBatch(hub, events.slice(half), alive))
}

function isTooMuch(events: ClaimedEvent[], targets: Map<string, Targets>): boolean {
  let [connections, bytes] = [0, 0]
  for (const { id, body } of events) {
    const { now, more } = targets.get(id)!
    if (more) return true
    connections += now.length
    bytes += now.length * body.length
  }
  return connections > mostTargets || bytes > mostWrittenBytes
}

/** A webhook about very many connections goes to some of them in each transaction; a crash in between doubles none. */
async function routeOne(
  hub: ConnectionParts,
  event: ClaimedEvent,
  first: Targets,
  alive: () => void,
): Promise<RoutedCount> {
  let count: RoutedCount = { routed: 0, unmatched: 0, failed: 0 }
  let [now, targets] = [event, first]
  while (targets.more) {
    const part = await commit(hub, [now], new Map([[now.id, targets]]))
    if (part.routed === 0) return count
    count = sumOf(count, part)
    now = { ...now, routedTo: targets.now.at(-1)!.connectionId }
    alive()
    targets = (await findTargets(hub, [now])).get(now.id)!
  }
  return sumOf(count, await commit(hub, [now], new Map([[now.id, targets]])))
}

async function commit(
  hub: ConnectionParts,
  events: ClaimedEvent[],
  targets: Map<string, Targets>,
): Promise<RoutedCount> {
  const { syncs, ...count } = await hub.db.transaction().execute(trx => writeRouted(hub, trx, events, targets))
  for (const event of events) inboundEvents.inc({ provider: labelOf(event), outcome: 'handled' })
  startRunsSoon(hub, syncs, 'webhook')
  await noteSeen(hub, events, targets)
  return count
}

/** Notes that webhooks have come, after they are committed: their transaction holds no connection. */
async function noteSeen(hub: ConnectionParts, events: ClaimedEvent[], targets: Map<string, Targets>): Promise<void> {
  const seen = events.flatMap(({ id, receivedAt: at }) =>
    targets
      .get(id)!
      .now.flatMap(({ workspaceId, connectionId }) =>
        connectionId === null ? [] : [{ workspaceId, connectionId, at }],
      ),
  )
  await noteWebhooks(hub.db, seen).catch((error: unknown) =>
    hub.log.warn({ err: error }, 'it was not noted when webhooks came; the next ones are'),
  )
}

export function sumOf(one: RoutedCount, other: RoutedCount): RoutedCount {
  return {
    routed: one.routed + other.routed,
    unmatched: one.unmatched + other.unmatched,
    failed: one.failed + other.failed,
  }
}

async function putAside(hub: ConnectionParts, event: ClaimedEvent, error: unknown): Promise<RoutedCount> {
  hub.log.error({ err: error, inboundEventId: event.id, attempts: event.attempts }, 'a webhook could not be routed')
  if (event.attempts < maxAttempts) {
    await postpone(hub.db, event)
    return { routed: 0, unmatched: 0, failed: 0 }
  }
  const code = isHubError(error) ? error.code : 'INTERNAL'
  await hub.db.transaction().execute(async trx => {
    const held = await finish(trx, [event])
    if (!held.has(event.id)) return
    await trx
      .updateTable('inbound_events')
      .set({ status: 'failed', error_code: code, handled_at: new Date() })
      .where('id', '=', event.id)
      .where('status', '=', 'received')
      .execute()
  })
  inboundEvents.inc({ provider: labelOf(event), outcome: 'failed' })
  return { routed: 0, unmatched: 0, failed: 1 }
}

/** What a metric calls it: sources are named by their workspaces, without a bound. */
const labelOf = ({ provider, sourceId }: ClaimedEvent) => (sourceId === null ? provider : 'source')
