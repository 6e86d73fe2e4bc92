import type { FastifyReply, FastifyRequest } from 'fastify'
import { awaitAttempt } from '../../../../connections/attempts/receive-callback.ts'
import { beginInBrowser } from '../../../../connections/attempts/browser.ts'
import { onBehalfOf } from '../../../../db/on-behalf-of.ts'
import { HubError } from '../../../../errors.ts'
import type { Hub } from '../../../../hub.ts'
import type { Plugin } from '../../../route.ts'
import { keepProof, proofIn } from './browser-cookie.ts'
import { answerAttempt, answerPrefetch, answersPersons, platformOf, secured } from './oauth-callback-answer.ts'
import { looksAhead } from './looks-ahead.ts'

/**
 * Where a person's browser begins: `GET /oauth/begin/:provider?state=…` gives it the cookie that the attempt is bound to, and
 * sends it on to the platform. Nothing is spent by it: the same browser may begin again.
 */
export function oauthBegin(hub: Hub): Plugin {
  return app => {
    answersPersons(app, hub)
    app.get('/oauth/begin/:provider', async (request: FastifyRequest, reply: FastifyReply) => {
      if (request.method === 'HEAD') return secured(reply).type('text/html').send()
      if (looksAhead(request)) return answerPrefetch(reply)
      const { provider } = request.params as { provider: string }
      const state = new URL(request.url, 'http://hub').searchParams.get('state')
      if (state === null) throw new HubError('OAUTH_STATE_INVALID')
      return onBehalfOf('callbacks', async () => {
        const { attempt, address, proof } = await beginInBrowser(hub, provider, state, proofIn(hub, request))
        keepProof(hub, reply, attempt, proof)
        if (address !== undefined) return secured(reply).redirect(address, 303)
        const platform = await platformOf(hub, attempt)
        return answerAttempt(reply, await awaitAttempt(hub, attempt, { awaitingToo: false }), platform)
      })
    })
  }
}
