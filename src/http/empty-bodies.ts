import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { HubError } from '../errors.ts'

/**
 * A body that has nothing in it is none, whatever it is called and however it is framed: some clients send an empty chunked one
 * with every call. Anything else that is not JSON is refused at its first byte.
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
