import { setTimeout as sleep } from 'node:timers/promises'
import type { DeliveryParts } from '../parts.ts'
import type { RecoverEndpointInput, RecoveryStep } from '../contract.ts'
import { changeMode, healthy } from '../endpoints/endpoint-mode.ts'
import { drainSize, probeDelayMs } from '../policy.ts'
import { countWaiting, endpointInTrouble } from './recover.ts'
import { holdRetries, releaseHeld } from './release.ts'

const lookEveryMs = 200
const stepMs = 25_000

/**
 * Carries out one step of a drain: releases the oldest held deliveries, more with each step, and waits until the dispatchers
 * have sent them. A new failure leads back to the probes. The endpoint is open when nothing is held any more. A gated endpoint
 * is open at once: its deliveries stay behind its gate, and the next holder begins slowly with the oldest.
 * @param step from 0
 */
export async function drainEndpoint(
  hub: DeliveryParts,
  input: RecoverEndpointInput,
  step: number,
  signal: AbortSignal,
): Promise<RecoveryStep> {
  const endsAt = performance.now() + stepMs
  if (step === 0) await holdRetries(hub, input)
  const last = await releaseHeld(hub, input, drainSize(hub.deliveryPolicy, step))
  await postponeReconcile(hub, input)
  if (last !== undefined) hub.wake.soon()
  for (;;) {
    const endpoint = await endpointInTrouble(hub, input)
    if (!endpoint) return { state: 'stale', waiting: 0, error: null, waitMs: 0, epoch: input.epoch, notified: false }
    const standing = { error: endpoint.lastError, notified: endpoint.notified, ...endpoint.since }
    if (endpoint.failures >= hub.deliveryPolicy.troubleFailures) {
      const waitMs = probeDelayMs(hub.deliveryPolicy, 1)
      const nextProbeAt = new Date(Date.now() + waitMs)
      const epoch = await changeMode(hub.db, input, 'recovering', { next_probe_at: nextProbeAt })
      const waiting = await countWaiting(hub, input.endpointId)
      return { state: epoch === undefined ? 'stale' : 'recovering', waiting, waitMs, epoch: epoch ?? 0, ...standing }
    }
    const sent = last === undefined || !(await anyDue(hub, input, last))
    if (sent && last === undefined) return open(hub, input, standing)
    if (sent || performance.now() > endsAt) {
      const waiting = await countWaiting(hub, input.endpointId)
      return { state: 'draining', waiting, waitMs: 0, epoch: input.epoch, ...standing }
    }
    await sleep(lookEveryMs, undefined, { signal })
  }
}

/**
 * Opens the endpoint, then releases the deliveries that were published as held in between. The dispatchers find those that come
 * later still.
 */
async function open(
  hub: DeliveryParts,
  input: RecoverEndpointInput,
  standing: { error: string | null; notified: boolean },
): Promise<RecoveryStep> {
  const epoch = await changeMode(hub.db, input, 'open', healthy)
  if (epoch !== undefined) {
    await releaseHeld(hub, input, 1_000)
    hub.wake.soon()
  }
  return { state: epoch === undefined ? 'stale' : 'open', waiting: 0, waitMs: 0, epoch: input.epoch, ...standing }
}

/** Tells `reconcile` that this recovery is alive. */
async function postponeReconcile(hub: DeliveryParts, input: RecoverEndpointInput): Promise<void> {
  await hub.db
    .updateTable('endpoints')
    .set({ next_probe_at: new Date(Date.now() + 60_000) })
    .where('workspace_id', '=', input.workspaceId)
    .where('id', '=', input.endpointId)
    .where('epoch', '=', input.epoch)
    .execute()
}

/** Whether something that was released is not sent yet. Index: delivery_queue_by_endpoint. */
async function anyDue(hub: DeliveryParts, input: RecoverEndpointInput, last: string): Promise<boolean> {
  const { rows } = await hub.pool.query(
    `select from delivery_queue where workspace_id = $1 and endpoint_id = $2 and id <= $3 and not held and due_at <= now()
     limit 1`,
    [input.workspaceId, input.endpointId, last],
  )
  return rows.length > 0
}
