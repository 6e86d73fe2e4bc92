import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { publishEvents, type NewEvent } from '../../delivery/events/publish.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { newId } from '../../ids.ts'
import { readJson } from '../../json/read-json.ts'
import { textOf } from '../../json/text-of.ts'
import type { ProviderDefinition } from '../../catalogue/schema/definition.ts'
import { requestRunsOfModels, type ChangedModel } from '../../sync/runs/request-runs.ts'
import type { SyncIdentity } from '../../sync/runs/start-workflow.ts'
import type { RoutedCount } from '../contract.ts'
import { heedLifecycle } from '../subscriptions/lifecycle.ts'
import { advance, finish, type ClaimedEvent } from './queue.ts'
import type { Target, Targets } from './targets.ts'

/**
 * Writes what claimed webhooks lead to, in the caller's transaction: their outcomes, a row for each further connection, an
 * event for each connection, and what asks for runs. Gives the syncs to start after the commit.
 */
export async function writeRouted(
  hub: ConnectionParts,
  db: Executor,
  claimed: ClaimedEvent[],
  targets: Map<string, Targets>,
): Promise<RoutedCount & { syncs: SyncIdentity[] }> {
  const whole = claimed.filter(event => !targets.get(event.id)!.more)
  const held = await finish(db, whole)
  for (const event of claimed) {
    const { now, more } = targets.get(event.id)!
    if (more && (await advance(db, event, now.at(-1)!.connectionId!))) held.add(event.id)
  }
  const outcomes: Outcome[] = []
  const copies: Routed[] = []
  for (const event of claimed.filter(event => held.has(event.id))) {
    const { now, more, definition } = targets.get(event.id)!
    // The row that came is the last part's; until then it waits.
    if (!more) outcomes.push({ event, target: now[0], definition })
    for (const target of now.slice(more ? 0 : 1))
      copies.push({ event: { ...event, id: newId('inboundEvent') }, target, definition })
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
  const missed = await heedLifecycle(db, routed)
  const syncs = await requestRunsOfModels(db, [...routed.flatMap(changedModelOf), ...missed], 'webhook')
  return { routed: routed.length, unmatched: outcomes.filter(({ target }) => !target).length, failed: 0, syncs }
}

interface Routed {
  event: ClaimedEvent
  target: Target
  definition: ProviderDefinition | undefined
}

interface Outcome {
  event: ClaimedEvent
  target: Target | undefined
  definition: ProviderDefinition | undefined
}

/** What a webhook's type says has changed: syncs of it are run at once. */
function changedModelOf({ event, target, definition }: Routed): ChangedModel[] {
  const { workspaceId, connectionId } = target
  const model = definition?.webhooks?.triggers[event.type]?.model
  return model === undefined || connectionId === null ? [] : [{ workspaceId, connectionId, model }]
}

/** A payload over this size does not fit an event. The event then leaves it out, and receivers look it up by its id. */
const largestPayload = 900 * 1024

function eventOf(event: ClaimedEvent, target: Target): NewEvent {
  const type = `${event.provider}.${event.type}`
  const told = { type: event.type, inboundEventId: event.id }
  const head =
    event.sourceId === null
      ? { connectionId: target.connectionId, provider: event.provider, ...told }
      : { sourceId: event.sourceId, source: event.provider, ...told }
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
    set status = case when o.workspace_id is null then 'unmatched' else 'routed' end,
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
        address_id: event.addressId,
        source_id: event.sourceId,
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
