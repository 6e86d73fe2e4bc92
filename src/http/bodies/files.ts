import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HubError } from '../../errors.ts'
import type { AnyRoute } from '../route.ts'

/** A file that arrives with a request. */
export interface ArrivingFile {
  type: string
  bytes: Readable
}

const key = 'arrivingFile'

/** Has the routes that take files get them as streams. What nobody takes is refused, as any other body that is not JSON. */
export function acceptFiles(app: FastifyInstance, routes: readonly AnyRoute[]): void {
  app.decorateRequest(key, null)
  const takers = new Map(routes.flatMap(route => (route.file ? [[`${route.method} ${route.url}`, route.file]] : [])))
  const types = [...new Set([...takers.values()].flatMap(({ types }) => types))]
  if (types.length === 0) return
  app.addContentTypeParser(types, (request: FastifyRequest, bytes: Readable, done) => {
    const type = mediaType(request)
    const taker = takers.get(`${request.method} ${request.routeOptions.url}`)
    if (!taker?.types.includes(type)) return done(new HubError('UNSUPPORTED_MEDIA_TYPE'))
    if (Number(request.headers['content-length'] ?? 0) > taker.bodyLimit) return done(new HubError('BODY_TOO_LARGE'))
    request.setDecorator<ArrivingFile>(key, { type, bytes })
    done(null, undefined)
  })
  // Of what was refused half-way nobody reads the rest.
  app.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply) => {
    if (types.includes(mediaType(request)) && !request.raw.complete) reply.header('connection', 'close')
  })
}

/** The file that came with a request, if one did. */
export function fileOf(request: FastifyRequest): ArrivingFile | undefined {
  return request.getDecorator<ArrivingFile | null>(key) ?? undefined
}

function mediaType({ headers }: FastifyRequest): string {
  return (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
}
