import { sql } from 'kysely'
import { isDatabaseUnavailable, type Executor } from '../db/database.ts'
import { publishEvents, type NewEvent } from '../delivery/events/publish.ts'
import { isHubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../ids.ts'
import { readJson } from '../json/read-json.ts'
import { textOf } from '../json/text-of.ts'
import { inboundEvents } from '../metrics/registry.ts'
import { providerOf } from '../providers/index.ts'
import { requestRunsOfModels, type ChangedModel } from '../sync/request-runs.ts'
import { startRunsSoon } from '../sync/start-runs.ts'
import type { SyncIdentity } from '../sync/start-workflow.ts'
import type { RoutedCount } from './contract.ts'
import { maxAttempts, mostTargets, mostWrittenBytes } from './policy.ts'
import { advance, finish, postpone, type ClaimedEvent } from './queue.ts'
import { findTargets, type Target, type Targets } from './targets.ts'

/**
 * Routes claimed webhooks: each leads to an event for every connection it is about, and to a run of its syncs. Events,
 * rows, what asks for runs and the end of the claims commit together; the runs are started afterwards. A batch that fails,
 * or that is about too many connections for one transaction, is cut in two; what fails alone is tried again later and in
 * the end put aside as failed.
 * @param alive called before each transaction
 */
export async function routeBatch(
  hub: Hub,
  events: ClaimedEvent[],
  alive: () => void = () => undefined,
): Promise<RoutedCount> {
  if (events.length === 0) return { routed: 0, unmatched: 0, failed: 0 }
  alive()
  try {
    const targets = await findTargets(hub.db, events)
    if (events.length > 1 && isTooMuch(events, targets)) return await routeHalves(hub, events, alive)
    return events.length === 1
      ? await routeOne(hub, events[0]!, targets.get(events[0]!.id)!, alive)
      : await commit(hub, events, targets)
  } catch (error) {
    if (isDatabaseUnavailable(error) || isHubError(error, 'DATABASE_UNAVAILABLE')) throw error
    return events.length === 1 ? putAside(hub, events[0]!, error) : routeHalves(hub, events, alive)
  }
}

async function routeHalves(hub: Hub, events: ClaimedEvent[], alive: () => void): Promise<RoutedCount> {
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
async function routeOne(hub: Hub, event: ClaimedEvent, first: Targets, alive: () => void): Promise<RoutedCount> {
  let count: RoutedCount = { routed: 0, unmatched: 0, failed: 0 }
  let [now, targets] = [event, first]
  while (targets.more) {
    const part = await commit(hub, [now], new Map([[now.id, targets]]))
    if (part.routed === 0) return count
    count = sumOf(count, part)
    now = { ...now, routedTo: targets.now.at(-1)!.connectionId }
    alive()
    targets = (await findTargets(hub.db, [now])).get(now.id)!
  }
  return sumOf(count, await commit(hub, [now], new Map([[now.id, targets]])))
}

async function commit(hub: Hub, events: ClaimedEvent[], targets: Map<string, Targets>): Promise<RoutedCount> {
  const { syncs, ...count } = await hub.db.transaction().execute(trx => write(hub, trx, events, targets))
  for (const event of events) inboundEvents.inc({ provider: event.provider, outcome: 'handled' })
  startRunsSoon(hub, syncs, 'webhook')
  return count
}

export function sumOf(one: RoutedCount, other: RoutedCount): RoutedCount {
  return {
    routed: one.routed + other.routed,
    unmatched: one.unmatched + other.unmatched,
    failed: one.failed + other.failed,
  }
}

async function write(
  hub: Hub,
  db: Executor,
  claimed: ClaimedEvent[],
  targets: Map<string, Targets>,
): Promise<RoutedCount & { syncs: SyncIdentity[] }> {
  const whole = claimed.filter(event => !targets.get(event.id)!.more)
  const held = await finish(db, whole)
  for (const event of claimed) {
    const { now, more } = targets.get(event.id)!
    if (more && (await advance(db, event, now.at(-1)!.connectionId))) held.add(event.id)
  }
  const outcomes: Outcome[] = []
  const copies: Routed[] = []
  for (const event of claimed.filter(event => held.has(event.id))) {
    const { now, more } = targets.get(event.id)!
    // The row that came is the last part's; until then it waits.
    if (!more) outcomes.push({ event, target: now[0] })
    for (const target of now.slice(more ? 0 : 1))
      copies.push({ event: { ...event, id: newId('inboundEvent') }, target })
  }
  await recordOutcomes(db, outcomes)
  await insertCopies(db, copies)
  const routed = [...outcomes.filter(outcome => outcome.target !== undefined), ...copies] as Routed[]
  for (const [workspaceId, group] of Map.groupBy(routed, ({ target }) => target.workspaceId)) {
    await publishEvents(
      hub,
      db,
      workspaceId,
      group.map(({ event, target }) => eventOf(event, target)),
    )
  }
  const syncs = await requestRunsOfModels(db, routed.flatMap(changedModelOf), 'webhook')
  return { routed: routed.length, unmatched: outcomes.filter(({ target }) => !target).length, failed: 0, syncs }
}

interface Routed {
  event: ClaimedEvent
  target: Target
}

interface Outcome {
  event: ClaimedEvent
  target: Target | undefined
}

/** What a webhook's type says has changed: syncs of it are run at once. */
function changedModelOf({ event, target }: Routed): ChangedModel[] {
  const model = providerOf(event.provider).webhooks?.triggers[event.type]?.model
  return model === undefined ? [] : [{ ...target, model }]
}

/** A payload as large as a provider may send does not fit in an event: then it is looked up by the id. */
const largestPayload = 900 * 1024

function eventOf(event: ClaimedEvent, target: Target): NewEvent {
  const type = `${event.provider}.${event.type}`
  const head = {
    connectionId: target.connectionId,
    provider: event.provider,
    type: event.type,
    inboundEventId: event.id,
  }
  const text = textOf(event.body)
  if (Buffer.byteLength(text) > largestPayload) return { type, data: { ...head, payload: null, payloadOmitted: true } }
  // Passed on as the platform wrote it, whatever a value would make of its numbers.
  const json = `${JSON.stringify(head).slice(0, -1)},"payload":${text}}`
  return { type, data: { ...head, payload: readJson(text) }, json }
}

async function recordOutcomes(db: Executor, outcomes: Outcome[]) {
  if (outcomes.length === 0) return
  // What nobody is there for stays with its app's workspace, or with nobody.
  await sql`
    update inbound_events e
    set status = case when o.connection_id is null then 'unmatched' else 'routed' end,
      workspace_id = coalesce(o.workspace_id, e.workspace_id),
      connection_id = coalesce(o.connection_id, e.connection_id), error_code = null, handled_at = now()
    from unnest(
      ${outcomes.map(({ event }) => event.id)}::text[],
      ${outcomes.map(({ target }) => target?.workspaceId ?? null)}::text[],
      ${outcomes.map(({ target }) => target?.connectionId ?? null)}::text[]
    ) as o (id, workspace_id, connection_id)
    where e.id = o.id and e.status = 'received'`.execute(db)
}

/** Two connections to one account are two workspaces' or two users' affairs: each has its own event. */
async function insertCopies(db: Executor, copies: Routed[]): Promise<void> {
  if (copies.length === 0) return
  await db
    .insertInto('inbound_events')
    .values(
      copies.map(({ event, target }) => ({
        id: event.id,
        workspace_id: target.workspaceId,
        provider: event.provider,
        provider_app_id: event.providerAppId,
        connection_id: target.connectionId,
        account_id: event.accountId,
        type: event.type,
        delivery_id: event.deliveryId,
        status: 'routed' as const,
        error_code: null,
        headers: JSON.stringify(event.headers),
        body: event.body,
        received_at: event.receivedAt,
        handled_at: new Date(),
      })),
    )
    .execute()
}

async function putAside(hub: Hub, event: ClaimedEvent, error: unknown): Promise<RoutedCount> {
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
  inboundEvents.inc({ provider: event.provider, outcome: 'failed' })
  return { routed: 0, unmatched: 0, failed: 1 }
}
