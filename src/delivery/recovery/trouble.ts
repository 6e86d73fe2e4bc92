import type { DeliveryParts } from '../parts.ts'
import { startSoon } from '../../temporal/start.ts'
import {
  recoverEndpointAttributes,
  recoverEndpointName,
  recoverEndpointWorkflowId,
  type RecoverEndpointInput,
} from '../contract.ts'
import { changeMode } from '../endpoints/endpoint-mode.ts'
import { probeDelayMs } from '../policy.ts'
import { Turns } from '../../fairness/turns.ts'

/** The time between two starts of recoveries in one process: five a second at most. Workspaces take turns. */
const startEveryMs = 200
const waiting = new Turns<() => void>()
let startsUntil: NodeJS.Timeout | undefined

/**
 * Takes an endpoint out of the general delivery and has its recovery started. The row's mode is the request: `reconcile`
 * repeats a start that fails.
 * @returns whether this call did it; false when somebody else was first
 */
export async function enterTrouble(
  hub: DeliveryParts,
  endpoint: { workspaceId: string; endpointId: string; epoch: number; host: string },
): Promise<boolean> {
  const nextProbeAt = new Date(Date.now() + probeDelayMs(hub.deliveryPolicy, 0))
  const epoch = await hub.db
    .transaction()
    .execute(tx => changeMode(tx, endpoint, 'recovering', { next_probe_at: nextProbeAt }))
  if (epoch === undefined) return false
  hub.log.info({ endpointId: endpoint.endpointId, workspaceId: endpoint.workspaceId }, 'the endpoint is in trouble')
  scheduleRecovery(hub, { ...endpoint, epoch })
  return true
}

/** Starts the recovery of an endpoint that is marked so, in its turn. */
export function scheduleRecovery(hub: DeliveryParts, input: RecoverEndpointInput): void {
  waiting.add(input.workspaceId, () => void startRecovery(hub, input))
  if (!startsUntil) startNext()
}

function startNext(): void {
  const start = waiting.take()
  startsUntil = start && setTimeout(startNext, startEveryMs).unref()
  start?.()
}

/** Starts the recovery of an endpoint now, or joins the running one. Gives whether Temporal answered. */
export function startRecovery(hub: DeliveryParts, input: RecoverEndpointInput): Promise<boolean> {
  const { workspaceId, endpointId, epoch, host } = input
  return startSoon(hub.temporal, hub.log, {
    name: recoverEndpointName,
    workflowId: recoverEndpointWorkflowId(endpointId),
    input: { workspaceId, endpointId, epoch, host } satisfies RecoverEndpointInput,
    searchAttributes: recoverEndpointAttributes(input, 'retrying'),
    summary: `${host} does not take deliveries (${endpointId})`,
  })
}
