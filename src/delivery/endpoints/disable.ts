import type { DeliveryParts } from '../parts.ts'
import { changeMode } from './endpoint-mode.ts'
import { publishEvents } from '../events/publish.ts'

/** Why an endpoint takes no deliveries any more. */
export type DisabledReason = 'by_hand' | 'failing' | 'gone'

/**
 * Disables an endpoint and publishes `endpoint.disabled`, in one transaction. Its waiting deliveries fail afterwards, in the
 * background (endpoint_disabled). Gives whether this call did it.
 */
export async function disableEndpoint(
  hub: DeliveryParts,
  workspaceId: string,
  endpointId: string,
  reason: DisabledReason,
  epoch?: number,
): Promise<boolean> {
  return hub.db.transaction().execute(async tx => {
    const endpoint = { workspaceId, endpointId, ...(epoch === undefined ? {} : { epoch }) }
    const changed = await changeMode(tx, endpoint, 'disabled', {
      disabled_reason: reason,
      disabled_at: new Date(),
      next_probe_at: null,
    })
    if (changed === undefined) return false
    await publishEvents(hub, tx, workspaceId, [
      { type: 'endpoint.disabled', data: { endpointId, reason }, exceptEndpointId: endpointId },
    ])
    return true
  })
}
