import type { DeliveryParts } from '../parts.ts'
import { searchAttributes } from '../../temporal/contract.ts'
import { startSoon } from '../../temporal/start.ts'
import { dispatchDeliveriesName, dispatchWorkflowId, type DispatchInput } from '../contract.ts'

const surplusAfterMs = 15 * 60_000

/** Starts the dispatch slots that are not running, as many as the configuration says. Gives how many answered. */
export async function startDispatchSlots(hub: DeliveryParts): Promise<number> {
  const slots = Array.from({ length: hub.config.worker.deliverySlots }, (_, slot) => slot)
  const started = await Promise.all(
    slots.map(slot =>
      startSoon(hub.temporal, hub.log, {
        name: dispatchDeliveriesName,
        workflowId: dispatchWorkflowId(slot),
        input: { slot, surplusAfterMs } satisfies DispatchInput,
        searchAttributes: [{ key: searchAttributes.attention, value: 'none' }],
        summary: `Delivers webhooks in batches, slot ${slot}`,
      }),
    ),
  )
  return started.filter(Boolean).length
}

/** Whether fewer slots run than the first two, of which one always stands by. One query, no action. */
export async function slotsAreMissing(hub: DeliveryParts): Promise<boolean> {
  const { count } = await hub.temporal.withDeadline(Date.now() + 5_000, () =>
    hub.temporal.workflow.count(`WorkflowType = '${dispatchDeliveriesName}' AND ExecutionStatus = 'Running'`),
  )
  return count < Math.min(2, hub.config.worker.deliverySlots)
}
