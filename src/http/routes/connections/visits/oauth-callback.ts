import type { FastifyReply, FastifyRequest } from 'fastify'
import { bindBrowser } from '../../../../connections/attempts/browser.ts'
import { awaitAttempt, receiveCallback } from '../../../../connections/attempts/receive-callback.ts'
import { onBehalfOf } from '../../../../db/on-behalf-of.ts'
import { HubError } from '../../../../errors.ts'
import type { Hub } from '../../../../hub.ts'
import type { Plugin } from '../../../route.ts'
import { keepProof, proofIn } from './browser-cookie.ts'
import { looksAhead } from './looks-ahead.ts'
import { answerAttempt, answerPrefetch, answersPersons, platformOf } from './oauth-callback-answer.ts'

/**
 * Where providers send a person's browser back to: `GET /oauth/callback/:provider`. Whatever comes of it, a person gets a
 * page or a redirect. The code is spent by a person's visit alone: `HEAD` and a browser that only looks ahead change nothing.
 */
export function oauthCallback(hub: Hub): Plugin {
  return app => {
    answersPersons(app, hub)
    const receive = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      if (request.method === 'HEAD') return reply.header('cache-control', 'no-store').type('text/html').send()
      if (looksAhead(request)) return answerPrefetch(reply)
      const { provider } = request.params as { provider: string }
      const query = new URLSearchParams(new URL(request.url, 'http://hub').search)
      // Nobody has proved yet whose it is: all of them together are as one workspace.
      return onBehalfOf('callbacks', async () => {
        const proofOf = proofIn(hub, request)
        const attempt = await awaitAttempt(hub, await receiveCallback(hub, provider, query, proofOf))
        // Who came back chooses, and nobody who finds the address later.
        if (attempt.status === 'choosing') keepProof(hub, reply, attempt, await bindBrowser(hub, attempt, proofOf))
        return answerAttempt(reply, attempt, await platformOf(hub, attempt))
      })
    }
    app.get('/oauth/callback/:provider', receive)
    app.get('/oauth/callback/:provider/', receive)
    refuseOthers(app)
  }
}

const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Every other address and method there: a person who is led astray gets a page too. */
function refuseOthers(app: Parameters<Plugin>[0]): void {
  const missing = async (): Promise<never> => {
    throw new HubError('NOT_FOUND')
  }
  const refused = async (_request: FastifyRequest, reply: FastifyReply): Promise<never> => {
    reply.header('allow', 'GET, HEAD')
    throw new HubError('METHOD_NOT_ALLOWED')
  }
  for (const url of ['/oauth/callback', '/oauth/callback/*']) app.get(url, missing)
  for (const url of [
    '/oauth/callback/:provider',
    '/oauth/callback/:provider/',
    '/oauth/callback',
    '/oauth/callback/*',
  ]) {
    // Before a body is read: it would be the wrong thing to complain about.
    app.route({ method: methods, url, onRequest: refused, handler: refused })
  }
}
