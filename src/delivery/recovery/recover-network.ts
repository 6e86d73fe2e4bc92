import type { DeliveryParts } from '../parts.ts'
import { releaseGate } from '../gates/gate-store.ts'
import { sendOne } from '../sending/send-one.ts'
import { takeNetworkProbes, type NetworkProbe } from './network-probes.ts'
import { endOutage, findOutage } from './outage.ts'

/** What a look at the network found. */
export interface NetworkStep {
  /** Whether deliveries go on. */
  open: boolean
  waitMs: number
  sinceMs: number
}

/**
 * Sends one waiting delivery to each of a few endpoints. The first answer, even a refusal, ends the pause; so does an empty
 * queue. A failed probe spends no attempt.
 */
export async function probeNetwork(hub: DeliveryParts): Promise<NetworkStep> {
  const outage = await findOutage(hub.pool)
  if (!outage) return { open: true, waitMs: 0, sinceMs: 0 }
  const probes = await takeNetworkProbes(hub, outage.since)
  if (probes.length === 0) await endOutage(hub)
  await Promise.all(probes.map(probe => sendProbe(hub, probe)))
  const waitMs = hub.deliveryPolicy.outageProbeMs
  const { rowCount } = await hub.pool.query(
    "update delivery_outage set next_probe_at = now() + $1::int * interval '1 ms'",
    [waitMs],
  )
  const open = rowCount === 0
  return { open, waitMs: open ? 0 : waitMs, sinceMs: Date.now() - outage.since.getTime() }
}

async function sendProbe(hub: DeliveryParts, { delivery, gate }: NetworkProbe): Promise<void> {
  try {
    await sendOne(hub, delivery, answer =>
      answer.error === undefined ? { kind: 'delivered' } : { kind: 'back', delayMs: 0 },
    )
  } finally {
    if (gate) await releaseGate(hub.pool, gate)
  }
}
