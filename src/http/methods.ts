import { METHODS } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { HubError } from '../errors.ts'

/** Node answers CONNECT itself: nothing listens for it. */
const methods = METHODS.filter(method => method !== 'CONNECT')
const taking = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * Registers every HTTP method, so that the server does not judge the bodies of unsupported ones. Gives a function to call after
 * all routes are registered: each address then answers other methods with 405 and the list of its own.
 */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  for (const method of methods.filter(method => !taking.includes(method))) {
    app.addHttpMethod(method, { hasBody: false, overrideExisting: true })
  }
  const taken = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const known = taken.get(url) ?? new Set()
    for (const one of [method].flat()) known.add(one)
    taken.set(url, known)
  })
  return () => {
    for (const [url, known] of [...taken]) {
      if (url.startsWith('/docs')) continue
      const allow = [...known].join(', ')
      const refuse = async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
        reply.header('allow', allow)
        throw new HubError('METHOD_NOT_ALLOWED')
      }
      const others = methods.filter(method => !known.has(method)) as HTTPMethods[]
      // Before a body is read: it would be the wrong thing to complain about.
      app.route({ method: others, url, onRequest: refuse, handler: refuse })
    }
  }
}
