import { receiveDelivery } from '../../../../connections/attempts/receive-delivery.ts'
import { onBehalfOf } from '../../../../db/on-behalf-of.ts'
import type { Hub } from '../../../../hub.ts'
import type { Plugin } from '../../../route.ts'

/** A key and a state are a few hundred bytes. */
const bodyLimit = 16 * 1024

/**
 * Where platforms send a key that their person has agreed to: `POST /oauth/delivery/:attempt`. The answer says nothing but
 * whether it was for an attempt.
 */
export function keyDelivery(hub: Hub): Plugin {
  return app => {
    app.post('/oauth/delivery/:attempt', { bodyLimit }, async (request, reply) => {
      const { attempt } = request.params as { attempt: string }
      // Nobody has proved yet whose it is: all of them together are as one workspace.
      await onBehalfOf('callbacks', () => receiveDelivery(hub, attempt, request.body))
      return reply.header('cache-control', 'no-store').send({})
    })
  }
}
