import type { DeliveryParts } from '../parts.ts'
import type { Endpoint } from './endpoint-store.ts'
import { requestOfEndpoint } from './manage-endpoints.ts'
import { writeReplay } from '../by-hand/replay.ts'
import type { Replay } from '../by-hand/replay-store.ts'
import { tellReplay } from '../by-hand/tell-replay.ts'

/**
 * Enables an endpoint and, if asked, requests a replay of what it missed since it began to fail. Either both happen or neither.
 * An enabled endpoint has missed nothing and gets no replay.
 * @throws HubError `ENDPOINT_NOT_FOUND`, `CONFLICT`
 */
export async function enableEndpoint(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  endpointId: string,
  wanted: { replay: boolean },
): Promise<{ endpoint: Endpoint; replay: Replay | undefined }> {
  let replay: Replay | undefined
  const endpoint = await requestOfEndpoint(hub, actor, workspaceId, endpointId, 'enable', async (tx, before) => {
    const from = before.failingSince ?? before.disabledAt
    if (!wanted.replay || !from) return
    // What is being published just now may still be matched without it.
    const to = new Date(Date.now() + hub.deliveryPolicy.replaySettleMs)
    replay = await writeReplay(tx, actor, workspaceId, {
      endpointId,
      from,
      to,
      statuses: ['failed'],
      type: null,
      missed: true,
    })
  })
  if (replay) await tellReplay(hub, replay)
  return { endpoint, replay }
}
