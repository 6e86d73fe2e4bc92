import type { Hub } from '../hub.ts'
import type { RecoverEndpointInput, RecoveryStep } from './contract.ts'
import { disableEndpoint } from './disable.ts'
import { changeMode } from './endpoint-mode.ts'
import { describeError } from './outcome.ts'
import { parseRetryAfter, probeDelayMs } from './policy.ts'
import { publishEvents } from './publish.ts'
import { pickDelivery, sendOne } from './send-one.ts'

const dayMs = 86_400_000

/** The endpoint as its recovery sees it. */
export interface EndpointInTrouble {
  mode: 'recovering' | 'draining'
  failingMs: number
  notified: boolean
  lastError: string | null
  nextProbeInMs: number
  failures: number
}

/** Reads the endpoint, if it is still this recovery's to look after. */
export async function endpointInTrouble(hub: Hub, input: RecoverEndpointInput): Promise<EndpointInTrouble | undefined> {
  const row = await hub.db
    .selectFrom('endpoints')
    .select(['mode', 'failing_since', 'failing_notified_at', 'last_error', 'next_probe_at', 'failures'])
    .where('workspace_id', '=', input.workspaceId)
    .where('id', '=', input.endpointId)
    .where('epoch', '=', input.epoch)
    .executeTakeFirst()
  if (!row || (row.mode !== 'recovering' && row.mode !== 'draining')) return undefined
  return {
    mode: row.mode,
    failingMs: row.failing_since === null ? 0 : Date.now() - row.failing_since.getTime(),
    notified: row.failing_notified_at !== null,
    lastError: row.last_error,
    nextProbeInMs: row.next_probe_at === null ? 0 : Math.max(0, row.next_probe_at.getTime() - Date.now()),
    failures: row.failures,
  }
}

/** How many deliveries wait for an endpoint, up to 100,000. Index: delivery_queue_by_endpoint. */
export async function countWaiting(hub: Hub, endpointId: string): Promise<number> {
  const { rows } = await hub.pool.query<{ count: number }>(
    'select count(*) as count from (select from delivery_queue where endpoint_id = $1 limit 100000) as waiting',
    [endpointId],
  )
  return rows[0]?.count ?? 0
}

/** Where the recovery stands, before its first wait. */
export async function assessRecovery(hub: Hub, input: RecoverEndpointInput): Promise<RecoveryStep> {
  const endpoint = await endpointInTrouble(hub, input)
  if (!endpoint) return stale(input)
  return {
    state: endpoint.mode,
    waiting: await countWaiting(hub, input.endpointId),
    error: endpoint.lastError,
    waitMs: endpoint.mode === 'recovering' ? endpoint.nextProbeInMs : 0,
    epoch: input.epoch,
    notified: endpoint.notified,
  }
}

/**
 * One probe: sends one waiting delivery, each time another, so that a payload which the receiver cannot take does not look
 * like a dead endpoint. A failed probe spends no attempt. A success begins the drain.
 */
export async function probeEndpoint(hub: Hub, input: RecoverEndpointInput): Promise<RecoveryStep> {
  const endpoint = await endpointInTrouble(hub, input)
  if (!endpoint) return stale(input)
  if (endpoint.failingMs >= hub.deliveryPolicy.disableAfterMs) {
    const done = await disableEndpoint(hub, input.workspaceId, input.endpointId, 'failing', input.epoch)
    return { ...stale(input), state: done ? 'disabled' : 'stale', error: endpoint.lastError }
  }
  const notified = endpoint.notified || (await notifyFailing(hub, input, endpoint))
  const picked =
    (await pickDelivery(hub.pool, input, input.lastProbed ?? '')) ?? (await pickDelivery(hub.pool, input, ''))
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
    const epoch = await changeMode(hub.db, input, 'draining', {
      failures: 0,
      next_probe_at: new Date(Date.now() + 60_000),
    })
    if (epoch === undefined) return stale(input)
    return { state: 'draining', error: null, waitMs: 0, epoch, ...probed }
  }
  const asked = parseRetryAfter(outcome.retryAfter, Date.now()) ?? 0
  const delay = probeDelayMs(hub.deliveryPolicy, (input.probes ?? 0) + 1)
  const waitMs = Math.round(Math.max(delay * (0.9 + 0.2 * Math.random()), Math.min(asked, dayMs)))
  const error = describeError(outcome)
  await hub.db
    .updateTable('endpoints')
    .set({ last_error: error, next_probe_at: new Date(Date.now() + waitMs) })
    .where('workspace_id', '=', input.workspaceId)
    .where('id', '=', input.endpointId)
    .where('epoch', '=', input.epoch)
    .execute()
  return { state: 'recovering', error, waitMs, epoch: input.epoch, ...probed }
}

function stale(input: RecoverEndpointInput): RecoveryStep {
  return { state: 'stale', waiting: 0, error: null, waitMs: 0, epoch: input.epoch, notified: false }
}

/** Publishes `endpoint.failing`, once for each time an endpoint fails for that long. */
async function notifyFailing(hub: Hub, input: RecoverEndpointInput, endpoint: EndpointInTrouble): Promise<boolean> {
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
    const data = { endpointId, failingSince: row.failing_since, error: endpoint.lastError }
    await publishEvents(hub, tx, workspaceId, [{ type: 'endpoint.failing', data, exceptEndpointId: endpointId }])
  })
  return true
}
