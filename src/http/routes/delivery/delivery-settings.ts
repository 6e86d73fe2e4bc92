import { z } from 'zod'
import { changeDeliverySettings, findDeliverySettings, payloadClasses } from '../../../delivery/delivery-settings.ts'
import type { Hub } from '../../../hub.ts'
import { route, type AnyRoute } from '../../route.ts'
import { endpointFields } from './endpoint-schema.ts'

const tag = 'Endpoints'
const url = '/v1/delivery-settings'
const fields = z.strictObject({
  payloadDays: z.literal(payloadClasses).meta({ description: 'How long the payloads of events are kept' }),
  retryDelaysMs: endpointFields.retryDelaysMs,
})
const reply = fields.meta({ id: 'DeliverySettings' })

/** What a workspace decides for all of its deliveries. */
export function deliverySettingsRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'GET',
      url,
      access: 'endpoints:read',
      summary: 'Get the delivery settings',
      reply,
      handler: ({ caller }) => findDeliverySettings(hub.db, caller.workspaceId),
    }),
    route({
      tag,
      method: 'PATCH',
      url,
      access: 'endpoints:write',
      summary: 'Change the delivery settings',
      description:
        'What is left out stays. `payloadDays` holds for events from now on; `retryDelaysMs` for every endpoint without a schedule of its own, from its next attempt on. A schedule must end a day before the payloads go.',
      body: fields.partial(),
      reply,
      handler: ({ body, caller }) => {
        const change = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
        return changeDeliverySettings(hub, caller.apiKeyId, caller.workspaceId, change)
      },
    }),
  ]
}
