import type { DeliveryParts } from '../parts.ts'
import { parseRetryAfter } from '../../outgoing/retry-after.ts'
import type { RecoverEndpointInput, RecoveryStep } from '../contract.ts'
import { disableEndpoint } from '../endpoints/disable.ts'
import { changeMode, healthy } from '../endpoints/endpoint-mode.ts'
import { describeError } from '../sending/outcome.ts'
import { longestRetryAfterMs, probeDelayMs } from '../policy.ts'
import { releaseGate, type Gate } from '../gates/gate-store.ts'
import { publishEvents } from '../events/publish.ts'
import { waitForGate } from '../gates/probe-gate.ts'
import { pickDelivery, sendOne } from '../sending/send-one.ts'

/** The endpoint as its recovery sees it. */
export interface EndpointInTrouble {
  mode: 'recovering' | 'draining'
  failingMs: number
  /** When the endpoint began to fail, and when it is disabled, for the step's result. */
  since: Pick<RecoveryStep, 'failingSince' | 'disableAt'>
  notified: boolean
  lastError: string | null
  nextProbeInMs: number
  failures: number
  gated: boolean
  ordered: boolean
}

/** Reads the endpoint; undefined when this recovery is not in charge of it any more. */
export async function endpointInTrouble(
  hub: DeliveryParts,
  input: RecoverEndpointInput,
): Promise<EndpointInTrouble | undefined> {
  const row = await hub.db
    .selectFrom('endpoints')
    .select(['mode', 'failing_since', 'failing_notified_at', 'last_error', 'next_probe_at', 'failures'])
    .select(['gated', 'ordered'])
    .where('workspace_id', '=', input.workspaceId)
    .where('id', '=', input.endpointId)
    .where('epoch', '=', input.epoch)
    .executeTakeFirst()
  if (!row || (row.mode !== 'recovering' && row.mode !== 'draining')) return undefined
  const { failing_since: since } = row
  const disableAt = since && new Date(since.getTime() + hub.deliveryPolicy.disableAfterMs)
  return {
    mode: row.mode,
    failingMs: since === null ? 0 : Date.now() - since.getTime(),
    since: since && disableAt ? { failingSince: toSecond(since), disableAt: toSecond(disableAt) } : {},
    notified: row.failing_notified_at !== null,
    lastError: row.last_error,
    nextProbeInMs: row.next_probe_at === null ? 0 : Math.max(0, row.next_probe_at.getTime() - Date.now()),
    failures: row.failures,
    gated: row.gated,
    ordered: row.ordered,
  }
}

/** An instant as a person reads it. */
function toSecond(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`
}

/** How many deliveries wait for an endpoint, up to 100,000. Index: delivery_queue_by_endpoint. */
export async function countWaiting(hub: DeliveryParts, endpointId: string): Promise<number> {
  const { rows } = await hub.pool.query<{ count: number }>(
    'select count(*) as count from (select from delivery_queue where endpoint_id = $1 limit 100000) as waiting',
    [endpointId],
  )
  return rows[0]?.count ?? 0
}

/** Where the recovery stands, before its first wait. */
export async function assessRecovery(hub: DeliveryParts, input: RecoverEndpointInput): Promise<RecoveryStep> {
  const endpoint = await endpointInTrouble(hub, input)
  if (!endpoint) return stale(input)
  return {
    state: endpoint.mode,
    waiting: await countWaiting(hub, input.endpointId),
    error: endpoint.lastError,
    waitMs: endpoint.mode === 'recovering' ? endpoint.nextProbeInMs : 0,
    epoch: input.epoch,
    notified: endpoint.notified,
    ...endpoint.since,
  }
}

/**
 * Probes the endpoint with one waiting delivery, another one each time: a payload that the receiver cannot take must not look
 * like a dead endpoint. A failed probe spends no attempt; a success begins the drain. Only the holder of its gate may send to a
 * gated endpoint. Of an ordered endpoint only the first delivery of a line is tried, each time another line's.
 */
export async function probeEndpoint(hub: DeliveryParts, input: RecoverEndpointInput): Promise<RecoveryStep> {
  const endpoint = await endpointInTrouble(hub, input)
  if (!endpoint) return stale(input)
  if (endpoint.failingMs >= hub.deliveryPolicy.disableAfterMs) {
    const done = await disableEndpoint(hub, input.workspaceId, input.endpointId, 'failing', input.epoch)
    return { ...stale(input), state: done ? 'disabled' : 'stale', error: endpoint.lastError }
  }
  const notified = endpoint.notified || (await notifyFailing(hub, input, endpoint))
  const gate = endpoint.gated ? await waitForGate(hub, input) : undefined
  if (endpoint.gated && !gate) {
    const waiting = await countWaiting(hub, input.endpointId)
    return { state: 'recovering', waiting, error: endpoint.lastError, waitMs: 1_000, epoch: input.epoch, notified }
  }
  try {
    return await probeWithOne(hub, input, endpoint, { notified, gate })
  } finally {
    if (gate) await releaseGate(hub.pool, gate)
  }
}

async function probeWithOne(
  hub: DeliveryParts,
  input: RecoverEndpointInput,
  endpoint: EndpointInTrouble,
  { notified, gate }: { notified: boolean; gate: Gate | undefined },
): Promise<RecoveryStep> {
  const from = { ...input, gate, ordered: endpoint.ordered }
  const picked =
    (await pickDelivery(hub.pool, from, input.lastProbed ?? '')) ?? (await pickDelivery(hub.pool, from, ''))
  if (!picked) {
    // Nothing waits, so nothing can be tried: the next event will be. How long it has failed stays on the books.
    const epoch = await changeMode(hub.db, input, 'open', { next_probe_at: null })
    return { ...stale(input), state: epoch === undefined ? 'stale' : 'open', error: endpoint.lastError }
  }
  const outcome = await sendOne(hub, picked, answer => {
    if (answer.error === undefined) return { kind: 'delivered' }
    return answer.status === 410 ? { kind: 'failed', reason: 'endpoint_gone' } : { kind: 'held' }
  })
  const probed = { probed: picked.id, notified, waiting: await countWaiting(hub, input.endpointId) }
  if (outcome === undefined) {
    return { state: 'recovering', error: endpoint.lastError, waitMs: 0, epoch: input.epoch, ...probed }
  }
  if (outcome.status === 410) {
    await disableEndpoint(hub, input.workspaceId, input.endpointId, 'gone', input.epoch)
    return { state: 'disabled', error: 'status 410', waitMs: 0, epoch: input.epoch, ...probed }
  }
  if (outcome.error === undefined) {
    // A success: what fails from now on fails since then. Whether its trouble was told of is kept until it is over.
    const { failing_notified_at: _, ...succeeded } = healthy
    const epoch = await changeMode(hub.db, input, 'draining', {
      ...succeeded,
      next_probe_at: new Date(Date.now() + 60_000),
    })
    if (epoch === undefined) return stale(input)
    return { state: 'draining', error: null, waitMs: 0, epoch, ...probed }
  }
  const asked = parseRetryAfter(outcome.retryAfter, Date.now()) ?? 0
  const delay = probeDelayMs(hub.deliveryPolicy, (input.probes ?? 0) + 1)
  const waitMs = Math.round(Math.max(delay * (0.9 + 0.2 * Math.random()), Math.min(asked, longestRetryAfterMs(delay))))
  const error = describeError(outcome)
  await hub.db
    .updateTable('endpoints')
    .set({ last_error: error, next_probe_at: new Date(Date.now() + waitMs) })
    .where('workspace_id', '=', input.workspaceId)
    .where('id', '=', input.endpointId)
    .where('epoch', '=', input.epoch)
    .execute()
  return { state: 'recovering', error, waitMs, epoch: input.epoch, ...endpoint.since, ...probed }
}

function stale(input: RecoverEndpointInput): RecoveryStep {
  return { state: 'stale', waiting: 0, error: null, waitMs: 0, epoch: input.epoch, notified: false }
}

/** Publishes `endpoint.failing`, once for each time an endpoint fails for that long. */
async function notifyFailing(
  hub: DeliveryParts,
  input: RecoverEndpointInput,
  endpoint: EndpointInTrouble,
): Promise<boolean> {
  if (endpoint.failingMs < hub.deliveryPolicy.failingAfterMs) return false
  const { workspaceId, endpointId, epoch } = input
  await hub.db.transaction().execute(async tx => {
    const row = await tx
      .updateTable('endpoints')
      .set({ failing_notified_at: new Date() })
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', endpointId)
      .where('epoch', '=', epoch)
      .where('failing_notified_at', 'is', null)
      .returning('failing_since')
      .executeTakeFirst()
    if (!row) return
    const data = { endpointId, failingSince: row.failing_since?.toISOString() ?? null, error: endpoint.lastError }
    await publishEvents(hub, tx, workspaceId, [{ type: 'endpoint.failing', data, exceptEndpointId: endpointId }])
  })
  return true
}
