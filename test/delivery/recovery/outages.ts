import type { DeliveryPolicy } from '../../../src/delivery/policy.ts'
import { findOutage } from '../../../src/delivery/recovery/outage.ts'
import type { Hub } from '../../../src/hub.ts'
import { createEndpoint } from '../../support/delivery.ts'
import type { TestWorkspace } from '../../support/hub.ts'
import { startTroubled, type Troubled } from '../../support/troubled.ts'

/** Of the policy: an outage that a test can sit through. */
export const outage: Partial<DeliveryPolicy> = {
  outageEndpoints: 10,
  outageAfterMs: 1_500,
  outageProbeMs: 1_000,
  outageProbes: 6,
}

export const isPaused = async (hub: Hub) => (await findOutage(hub.pool)) !== undefined

/** One endpoint of a workspace at each URL. */
export async function endpointsAt(workspace: TestWorkspace, urls: string[], settings = {}): Promise<string[]> {
  const ids: string[] = []
  for (const url of urls) ids.push((await createEndpoint(workspace, url, { eventTypes: ['a.b'], ...settings })).id)
  return ids
}

/** Receivers that take a connection and say nothing, at as many addresses of this machine. */
export async function hanging(count: number): Promise<Troubled[]> {
  const receivers: Troubled[] = []
  for (let n = 0; n < count; n++) {
    const receiver = await startTroubled({ host: `127.0.1.${n + 1}` })
    receiver.answerBy(() => undefined)
    receivers.push(receiver)
  }
  return receivers
}

export const urlsOf = (receivers: Troubled[]) => receivers.map(receiver => receiver.url)
