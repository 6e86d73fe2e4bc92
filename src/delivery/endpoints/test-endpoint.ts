import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { HubError } from '../../errors.ts'
import type { DeliveryParts } from '../parts.ts'
import { attemptsOf } from '../log/attempt-log.ts'
import { listDeliveries } from '../log/delivery-list.ts'
import { findEndpoint } from './endpoint-store.ts'
import { prepareEvent } from '../events/payload.ts'
import { publishQueueOf } from '../events/publish-queue.ts'

/** What the first attempt of a test event came to. */
export interface TestAttempt {
  delivered: boolean
  statusCode: number | null
  error: string | null
  durationMs: number
}

/** Time beyond the endpoint's timeout for claiming the event and recording its result. */
const marginMs = 5_000
const firstLookMs = 25
const longestLookMs = 400

/**
 * Sends an event of type `endpoint.test` to this endpoint alone. A success verifies the present URL, whenever it comes. With
 * `wait`, gives the first attempt; undefined when no attempt was made in time, or the endpoint takes no deliveries now.
 * @throws HubError `ENDPOINT_NOT_FOUND`, `CONFLICT`
 */
export async function testEndpoint(
  hub: DeliveryParts,
  workspaceId: string,
  endpointId: string,
  wait: boolean,
): Promise<{ id: string; attempt: TestAttempt | undefined }> {
  const event = { ...prepareEvent(workspaceId, { type: 'endpoint.test', data: { endpointId } }), onlyTo: endpointId }
  const endpoint = await findEndpoint(hub.db, workspaceId, endpointId)
  if (endpoint.mode === 'disabled') throw new HubError('CONFLICT', { message: 'The endpoint is disabled.' })
  // Under a new version: whoever sends it has read that it is the test.
  await hub.db
    .updateTable('endpoints')
    .set({ test_event_id: event.id, version: sql<number>`version + 1` })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', endpointId)
    .execute()
  await publishQueueOf(hub).add([event])
  hub.wake.soon()
  const sends = endpoint.mode === 'open' || endpoint.mode === 'draining'
  const attempt = wait && sends ? await firstAttempt(hub, workspaceId, event.id, endpoint.timeoutMs) : undefined
  return { id: event.id, attempt }
}

async function firstAttempt(
  hub: DeliveryParts,
  workspaceId: string,
  eventId: string,
  timeoutMs: number,
): Promise<TestAttempt | undefined> {
  const endsAt = performance.now() + timeoutMs + marginMs
  for (let lookMs = firstLookMs; performance.now() < endsAt; lookMs = Math.min(1.5 * lookMs, longestLookMs)) {
    await sleep(lookMs)
    const { deliveries } = await listDeliveries(hub, workspaceId, { eventId }, { behind: undefined, limit: 1 })
    const delivery = deliveries[0]
    if (!delivery || (delivery.attempts === 0 && delivery.finishedAt === null)) continue
    const [attempt] = await attemptsOf(hub, workspaceId, delivery)
    if (!attempt) return undefined
    const { statusCode, error, durationMs } = attempt
    return { delivered: error === null, statusCode, error, durationMs }
  }
  return undefined
}
