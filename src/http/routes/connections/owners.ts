import { z } from 'zod'
import { disconnectOwner } from '../../../connections/owners/owner-deleted.ts'
import type { Hub } from '../../../hub.ts'
import { route, type AnyRoute } from '../../route.ts'
import { ownerField } from '../../../connections/fields.ts'

/** The product's users, whose connections they are. */
export function ownerRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Connections',
      method: 'POST',
      url: '/v1/owners/:ownerId/deleted',
      access: 'connections:write',
      summary: "Disconnect all of a user's accounts",
      description:
        'For when your user is gone. At most 100 begin to be disconnected by one call: repeat it while `more` is true. It may be ' +
        'repeated at any time, and goes on where it has come to.',
      params: z.strictObject({ ownerId: ownerField }),
      status: 202,
      reply: z.strictObject({
        disconnecting: z.int().meta({ description: 'How many began to be disconnected by this call' }),
        more: z.boolean().meta({ description: 'Whether there are more' }),
      }),
      handler: ({ params, caller }) => disconnectOwner(hub, caller.apiKeyId, caller.workspaceId, params.ownerId),
    }),
  ]
}
