import { z } from 'zod'
import { enableEndpoint } from '../../../delivery/endpoints/enable-endpoint.ts'
import type { Hub } from '../../../hub.ts'
import { idField } from '../../fields.ts'
import { route, type AnyRoute } from '../../route.ts'
import { endpointSchema, showEndpoint } from './endpoint-schema.ts'

/** Enabling an endpoint, with or without what it missed. */
export function enableEndpointRoute(hub: Hub): AnyRoute {
  return route({
    tag: 'Endpoints',
    method: 'POST',
    url: '/v1/endpoints/:endpointId/enable',
    access: 'endpoints:write',
    summary: 'Enable an endpoint',
    description:
      'Events from now on are delivered to it again. With `{"replay": "missed"}` it also gets what it missed since it began to fail; `replayId` is the replay that does it.',
    params: z.strictObject({ endpointId: z.string() }),
    body: z.strictObject({ replay: z.literal('missed').optional() }).default({}),
    reply: endpointSchema.extend({
      replayId: idField('replay').nullable().meta({ description: 'Null when nothing is replayed' }),
    }),
    idempotent: true,
    errors: ['ENDPOINT_NOT_FOUND', 'CONFLICT'],
    async handler({ params: { endpointId }, body, caller }) {
      const wanted = { replay: body.replay === 'missed' }
      const enabled = await enableEndpoint(hub, caller.apiKeyId, caller.workspaceId, endpointId, wanted)
      return { ...showEndpoint(enabled.endpoint), replayId: enabled.replay?.id ?? null }
    },
  })
}
