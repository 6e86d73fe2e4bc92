import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HubError } from '../errors.ts'

const bytesKey = 'bodyBytes'

/** JSON bodies, with their bytes kept beside: an Idempotency-Key stands for exactly these bytes. */
export function acceptJson(app: FastifyInstance): void {
  // Members that would reach an object's prototype are refused.
  const parse = app.getDefaultJsonParser('error', 'error')
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  app.removeAllContentTypeParsers()
  app.decorateRequest(bytesKey, null)
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    request.setDecorator(bytesKey, bytes)
    // Clients that name a content type on every call send it with an empty body too.
    if (bytes.length === 0) return done(null, undefined)
    const refuse = () => done(new HubError('INVALID_REQUEST', { message: 'The body is not JSON.' }))
    try {
      const text = utf8.decode(bytes)
      void parse(request, text, (error, body) => (error ? refuse() : done(null, body)))
    } catch {
      refuse()
    }
  })
}

/** The bytes of the request's body; none when there was no body. */
export function bodyBytes(request: FastifyRequest): Buffer {
  return request.getDecorator<Buffer | null>(bytesKey) ?? Buffer.alloc(0)
}
