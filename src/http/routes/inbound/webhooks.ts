import type { OutgoingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hubItself, onBehalfOf } from '../../../db/on-behalf-of.ts'
import { HubError, isHubError } from '../../../errors.ts'
import type { Hub } from '../../../hub.ts'
import { receiveWebhook, refuse, type WebhookReceipt } from '../../../inbound/arrivals.ts'
import { BodyRoom, type BodyPlace } from '../../../inbound/receiving/body-room.ts'
import { bodyLimitOf, bodyRoomBytes, bodyShareBytes } from '../../../inbound/policy.ts'
import { readBody } from '../../../inbound/receiving/read-body.ts'
import type { HandshakeReply } from '../../../inbound/receiving/handshake-replies.ts'
import { targetAt, type AddressParts, type WebhookTarget } from '../../../inbound/receiving/target.ts'
import type { WebhookDefinition } from '../../../catalogue/schema/webhooks.ts'
import { networkOf } from '../../rate-limit.ts'
import type { Plugin } from '../../route.ts'

/** What is known of a request before its body is read. */
interface Admitted {
  target: WebhookTarget
  limit: number
  place: BodyPlace
}

const admittedKey = 'webhook'
const addresses = [
  ...['/webhooks/:provider', '/webhooks/:provider/:app', '/webhooks/:provider/:app/:key', '/webhooks/in/:source'],
]

/**
 * Where providers send their webhooks: `/webhooks/:provider/:app`, for the environment's app `/webhooks/:provider`, for one
 * connection `/webhooks/:provider/:app/:key`; and where other sources do, `/webhooks/in/:source`. The body stays bytes, whatever
 * it is called: those are what was signed. None is read for what is not there, or when too much is under way.
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
    for (const url of addresses) app.route({ method: ['GET', 'HEAD', 'POST'], url, onRequest, handler })
    const refuseAll = async (request: FastifyRequest, reply: FastifyReply): Promise<never> => {
      leaveUnread(request, reply)
      throw new HubError('WEBHOOK_NOT_FOUND')
    }
    app.route({ method: ['GET', 'HEAD', 'POST'], url: '/webhooks/*', onRequest: refuseAll, handler: refuseAll })
  }
}

async function admit(hub: Hub, room: BodyRoom, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const announced = Number(request.raw.headers['content-length'] ?? 0)
  try {
    // Nobody has proved yet whose it is: all of them together are as one workspace.
    const target = await onBehalfOf('webhooks', () => targetAt(hub, request.params as AddressParts))
    if (!takes(target.definition, request.method)) throw new HubError('WEBHOOK_NOT_FOUND')
    const { limit, place } = enter(hub, room, target, networkOf(request.ip), announced)
    reply.raw.once('close', () => place.leave())
    request.setDecorator<Admitted>(admittedKey, { target, limit, place })
  } catch (error) {
    leaveUnread(request, reply)
    throw error
  }
  // The framework refuses what it cannot read; here the bytes count, and not what they are called.
  request.headers = { 'content-type': 'application/octet-stream' }
}

/** Gives a request its place, before its body is read. @throws HubError `BODY_TOO_LARGE`, `RATE_LIMITED` */
function enter(hub: Hub, room: BodyRoom, target: WebhookTarget, network: string, announced: number) {
  const limit = bodyLimitOf(target.definition)
  try {
    if (announced > limit) throw new HubError('BODY_TOO_LARGE')
    return { limit, place: room.enter([target.id, network], announced) }
  } catch (error) {
    refuse(hub, target, error)
    throw error
  }
}

/** Nothing but a handshake comes without a body. */
function takes({ handshakes = [] }: WebhookDefinition, method: string): boolean {
  if (method === 'POST') return true
  return handshakes.some(one => ('method' in one ? one.method === method : one.kind === 'websub' && method === 'GET'))
}

/** Ends a connection whose body nobody will read, unless the body is small enough to let through. */
function leaveUnread({ raw: { headers } }: FastifyRequest, reply: FastifyReply): void {
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 16_384)
    reply.header('connection', 'close')
}

async function answer(hub: Hub, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { target, place } = request.getDecorator<Admitted>(admittedKey)
  // A browser that is brought here runs nothing of what it gets.
  reply.headers({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  })
  const { acknowledge } = target.definition
  try {
    const receipt = await onBehalfOf(target.app.workspaceId ?? hubItself, () =>
      receiveWebhook(hub, {
        target,
        addressed: target.address !== undefined || target.source?.scheme.kind === 'address',
        method: request.method,
        // Behind a proxy the Host header is another: what is signed is the address as it is told to platforms.
        url: `${hub.config.http.publicUrl}${request.raw.url}`,
        query: request.query as Record<string, unknown>,
        headers: request.raw.headers,
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        hold: bytes => place.take(bytes),
      }),
    )
    if (receipt.kind === 'handshake') return shake(receipt.reply, reply)
    return receipt.reply ? shake(receipt.reply, reply) : told(receipt, reply)
  } catch (error) {
    refuse(hub, target, error)
    // A platform that takes no answer but an empty one takes none of these either.
    if (acknowledge && !('xml' in acknowledge) && isHubError(error, 'SIGNATURE_INVALID'))
      return reply.code(error.status).send('')
    throw error
  }
}

function told({ accepted, duplicates }: WebhookReceipt & { kind: 'events' }, reply: FastifyReply): FastifyReply {
  return reply.code(accepted > 0 ? 202 : 200).send({ accepted, duplicates })
}

function shake({ status, headers = {}, body, xml }: HandshakeReply, reply: FastifyReply): FastifyReply {
  reply.code(status).headers(headers)
  if (typeof body === 'string') return reply.type('text/plain; charset=utf-8').send(body)
  if (body !== undefined) return reply.send(body)
  if (xml !== undefined) return reply.type('text/xml; charset=utf-8').send(xml)
  reply.type('application/json')
  if (status !== 204) return reply.send('')
  // Some ask for a content type without any content, which the framework leaves out of a 204.
  const written = reply.getHeaders() as OutgoingHttpHeaders
  reply.hijack()
  reply.raw.writeHead(status, written).end()
  return reply
}
