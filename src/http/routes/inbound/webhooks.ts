import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hubItself, onBehalfOf } from '../../../db/on-behalf-of.ts'
import { HubError } from '../../../errors.ts'
import type { Hub } from '../../../hub.ts'
import { receiveWebhook } from '../../../inbound/arrivals.ts'
import { BodyRoom, type BodyPlace } from '../../../inbound/receiving/body-room.ts'
import { bodyLimitOf, bodyRoomBytes, bodyShareBytes } from '../../../inbound/policy.ts'
import { readBody } from '../../../inbound/receiving/read-body.ts'
import { webhookApp, type WebhookApp } from '../../../provider-apps/webhook-app.ts'
import type { WebhookDefinition } from '../../../catalogue/schema/webhooks.ts'
import { networkOf } from '../../rate-limit.ts'
import type { Plugin } from '../../route.ts'

/** What is known of a request before its body is read. */
interface Admitted {
  provider: string
  definition: WebhookDefinition
  app: WebhookApp
  limit: number
  place: BodyPlace
}

const admittedKey = 'webhook'

/**
 * Where providers send their webhooks: `/webhooks/:provider/:app`, and for the environment's app `/webhooks/:provider`. The
 * body stays bytes, whatever it is called: those are what was signed. None is read for an app that is not there, or when
 * too much is under way.
 */
export function webhookRoutes(hub: Hub, room = new BodyRoom(bodyRoomBytes, bodyShareBytes)): Plugin {
  return app => {
    app.decorateRequest(admittedKey, null)
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (request: FastifyRequest, stream: Readable) => {
      const { limit, place } = request.getDecorator<Admitted>(admittedKey)
      return readBody(stream, limit, place)
    })
    const onRequest = (request: FastifyRequest, reply: FastifyReply) => admit(hub, room, request, reply)
    const handler = (request: FastifyRequest, reply: FastifyReply) => answer(hub, request, reply)
    for (const url of ['/webhooks/:provider', '/webhooks/:provider/:app'])
      app.route({ method: ['GET', 'POST'], url, onRequest, handler })
    const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<never> => {
      leaveUnread(request, reply)
      throw new HubError('WEBHOOK_NOT_FOUND')
    }
    app.route({ method: ['GET', 'POST'], url: '/webhooks/*', onRequest: refuse, handler: refuse })
  }
}

async function admit(hub: Hub, room: BodyRoom, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { provider, app: providerAppId = null } = request.params as { provider: string; app?: string }
  const announced = Number(request.raw.headers['content-length'] ?? 0)
  try {
    // Nobody has proved yet whose it is: all of them together are as one workspace.
    const { app, definition } = await onBehalfOf('webhooks', () => webhookApp(hub, provider, providerAppId))
    if (!takes(definition, request.method)) throw new HubError('WEBHOOK_NOT_FOUND')
    const limit = bodyLimitOf(definition)
    if (announced > limit) throw new HubError('BODY_TOO_LARGE')
    const place = room.enter([`${provider}/${providerAppId}`, networkOf(request.ip)], announced)
    reply.raw.once('close', () => place.leave())
    request.setDecorator<Admitted>(admittedKey, { provider, definition, app, limit, place })
  } catch (error) {
    leaveUnread(request, reply)
    throw error
  }
  // The framework refuses what it cannot read; here the bytes count, and not what they are called.
  request.headers = { 'content-type': 'application/octet-stream' }
}

/** Nothing but a handshake comes without a body. */
function takes({ challenge }: WebhookDefinition, method: string): boolean {
  return method === 'POST' || (challenge?.kind === 'query' && challenge.method === 'GET')
}

/** Ends a connection whose body nobody will read, unless the body is small enough to let through. */
function leaveUnread({ raw: { headers } }: FastifyRequest, reply: FastifyReply): void {
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 16_384)
    reply.header('connection', 'close')
}

async function answer(hub: Hub, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { provider, definition, app, place } = request.getDecorator<Admitted>(admittedKey)
  const receipt = await onBehalfOf(app.workspaceId ?? hubItself, () =>
    receiveWebhook(hub, {
      provider,
      definition,
      app,
      method: request.method,
      // Behind a proxy the Host header is another: what is signed is the address as it is told to platforms.
      url: `${hub.config.http.publicUrl}${request.raw.url}`,
      query: request.query as Record<string, unknown>,
      headers: request.raw.headers,
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      hold: bytes => place.take(bytes),
    }),
  )
  reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
  if (receipt.kind === 'events') {
    const { accepted, duplicates } = receipt
    return reply.code(accepted > 0 ? 202 : 200).send({ accepted, duplicates })
  }
  return 'json' in receipt.answer
    ? receipt.answer.json
    : reply.type('text/plain; charset=utf-8').send(receipt.answer.text)
}
