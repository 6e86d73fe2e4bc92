import { setTimeout as sleep } from 'node:timers/promises'
import type { DeliveryParts } from '../parts.ts'
import { takeGates, type Gate } from './gate-store.ts'

/** Longer than the longest exchange, since nobody prolongs it. */
const leaseMs = 60_000
const lookEveryMs = 200
const longestMs = 15_000

/**
 * Takes the gate of an endpoint that no dispatcher may serve any more. Waits until its holder has recorded what was under way
 * and gives it back; undefined when that takes too long.
 */
export async function waitForGate(
  hub: DeliveryParts,
  endpoint: { workspaceId: string; endpointId: string },
): Promise<Gate | undefined> {
  const endsAt = performance.now() + longestMs
  for (;;) {
    const [gate] = await takeGates(hub.pool, [endpoint], leaseMs)
    if (gate || performance.now() > endsAt) return gate
    await sleep(lookEveryMs)
  }
}
