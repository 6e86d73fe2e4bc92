import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { HubError } from '../../errors.ts'

/**
 * Treats an empty body as none, whatever its content type and framing: some clients send an empty chunked body with every call.
 * Refuses any other body that is not JSON at its first byte.
 */
export function acceptEmptyBodies(app: FastifyInstance): void {
  app.addContentTypeParser('*', async (_request: unknown, payload: IncomingMessage) => {
    if (!(await isEmpty(payload))) throw new HubError('UNSUPPORTED_MEDIA_TYPE')
    return undefined
  })
}

function isEmpty(payload: IncomingMessage): Promise<boolean> {
  return new Promise((resolve, reject) => {
    payload.once('end', () => resolve(true))
    payload.once('error', reject)
    payload.once('data', () => resolve(false))
  })
}
