import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ProxiedCounts } from '../../../connections/proxy/proxied-counts.ts'
import { LiveTargets } from '../../../connections/proxy/live-targets.ts'
import { proxiedMethods, type ProxiedCall, type ProxiedMethod } from '../../../connections/proxy/proxied-call.ts'
import { ProxiedPlaces } from '../../../connections/proxy/proxied-places.ts'
import { proxyCall } from '../../../connections/proxy/proxy.ts'
import { proxiedPath } from '../../../connections/proxy/proxy-path.ts'
import { totalMs } from '../../../connections/proxy/proxy-policy.ts'
import { onBehalfOf } from '../../../db/on-behalf-of.ts'
import { HubError } from '../../../errors.ts'
import type { Hub } from '../../../hub.ts'
import { proxiedStreams } from '../../../metrics/registry.ts'
import { callerOf, type Gate } from '../../authenticate.ts'
import { asHubError } from '../../errors.ts'
import type { Plugin } from '../../route.ts'
import { bodyOf, pass } from './proxy-bodies.ts'

export const proxyUrl = '/v1/connections/:connectionId/proxy'
/** Says that an answer is the hub's and no platform's. */
const errorHeader = 'causeway-error'

/**
 * Any call to a connection's platform, with its credential put in by the hub. Bodies pass through as bytes, both ways, as fast
 * as the slower side takes them.
 */
export function connectionProxy(hub: Hub, gate: Gate): Plugin {
  const targets = new LiveTargets(hub)
  const places = new ProxiedPlaces()
  const counts = new ProxiedCounts(hub)

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { workspaceId, apiKeyId } = callerOf(request)
    const { connectionId } = request.params as { connectionId: string }
    const gone = whenGone(reply)
    const path = proxiedPath(request.raw.url ?? '')
    const place = await places.take(workspaceId, gone)
    proxiedStreams.inc()
    reply.raw.once('close', () => {
      place.release()
      proxiedStreams.dec()
    })
    let isGood = false
    try {
      const call: ProxiedCall = {
        ...{ workspaceId, connectionId, path, signal: gone, requestId: request.id },
        method: request.method as ProxiedMethod,
        host: hostOf(request),
        as: secondOf(request),
        headers: request.raw.headers,
        body: await bodyOf(request, reply),
      }
      const answered = await proxyCall(hub, targets, call)
      isGood = answered.status < 400
      await pass(answered, request, reply)
    } finally {
      counts.note({ workspaceId, connectionId, apiKeyId }, isGood)
    }
  }

  return app => {
    app.addHook('onClose', async () => {
      targets.close()
      await counts.close()
    })
    passBodies(app)
    const onRequest = sayingWhose(async request => {
      await gate.admit(request, 'connections:proxy')
      refuseUpgrade(request)
      // The framework refuses what it cannot read; here nothing is read.
      request.headers = { 'content-type': 'application/octet-stream' }
    })
    const handler = sayingWhose((request, reply) =>
      onBehalfOf(callerOf(request).workspaceId, () => answer(request, reply)),
    )
    for (const url of [proxyUrl, `${proxyUrl}/*`]) {
      app.route({ method: [...proxiedMethods], url, onRequest, handler })
    }
  }
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/** Names the error of what the hub itself answers. */
function sayingWhose(handle: Handler): Handler {
  return async (request, reply) => {
    try {
      await handle(request, reply)
    } catch (error) {
      reply.header(errorHeader, asHubError(error).code)
      leaveUnread(request, reply)
      throw error
    }
  }
}

function passBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request: FastifyRequest, _stream: unknown, done: (error: null) => void) => done(null))
}

/** The hub speaks of calls and their answers: what goes on as something else would be neither bounded nor counted. */
function refuseUpgrade({ raw }: FastifyRequest): void {
  const { upgrade } = raw.headers
  // Offered by clients that go on as they are when nothing comes of it (RFC 9113, 3.1).
  if (upgrade === undefined || upgrade.toLowerCase() === 'h2c') return
  throw new HubError('INVALID_REQUEST', { message: 'The proxy does not switch protocols.' })
}

function hostOf({ raw }: FastifyRequest): string | undefined {
  const named = raw.headers['causeway-host']
  if (named === undefined || (typeof named === 'string' && /^[\w-]{1,50}$/.test(named))) return named
  throw new HubError('INVALID_REQUEST', { message: 'causeway-host is the name of one of the platform’s hosts.' })
}

function secondOf({ raw }: FastifyRequest): string | undefined {
  const named = raw.headers['causeway-as']
  if (named === undefined || (typeof named === 'string' && /^[a-z][a-z0-9-]{0,40}$/.test(named))) return named
  throw new HubError('INVALID_REQUEST', { message: 'causeway-as is the name of a second token of the connection.' })
}

/** Aborted when the caller has gone before its answer was complete, or everything has taken too long. */
function whenGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  const late = () => gone.abort(new HubError('PROVIDER_UNREACHABLE', { message: 'The call took too long in all.' }))
  const timer = setTimeout(late, totalMs)
  raw.once('close', () => {
    clearTimeout(timer)
    if (!raw.writableFinished) gone.abort(new HubError('INVALID_REQUEST', { message: 'The caller has gone.' }))
  })
  return gone.signal
}

/** Ends a connection whose body nobody will read. */
function leaveUnread({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (!raw.complete) reply.header('connection', 'close')
}
