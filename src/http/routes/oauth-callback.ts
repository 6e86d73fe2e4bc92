import type { FastifyReply } from 'fastify'
import { isHubError } from '../../errors.ts'
import type { ConnectAttempt } from '../../connections/attempt-store.ts'
import { awaitAttempt, receiveCallback } from '../../connections/receive-callback.ts'
import type { AttemptError } from '../../connections/states.ts'
import type { Hub } from '../../hub.ts'
import { providers } from '../../providers/index.ts'
import type { Plugin } from '../route.ts'
import { page } from './oauth-callback-page.ts'

/** Where providers send a person's browser back to: `GET /oauth/callback/:provider`. Answers a page or a redirect. */
export function oauthCallback(hub: Hub): Plugin {
  return app => {
    app.get('/oauth/callback/:provider', async (request, reply) => {
      const { provider } = request.params as { provider: string }
      const query = new URLSearchParams(new URL(request.url, 'http://hub').search)
      try {
        const attempt = await awaitAttempt(hub, await receiveCallback(hub, provider, query))
        return answer(reply, attempt)
      } catch (error) {
        if (!isHubError(error, 'OAUTH_STATE_INVALID')) throw error
        return sendPage(reply, error.status, {
          title: 'This link does not work any more',
          text: 'It is unknown, has expired, or was used already. Go back to where you started and connect again.',
          good: false,
        })
      }
    })
  }
}

/** What the person reads when it did not work; the caller of the API gets the code. */
const explanations: Record<AttemptError, (provider: string) => string> = {
  ACCESS_DENIED: () => 'You did not allow access. To connect after all, go back to where you started.',
  OAUTH_FAILED: provider => `${provider} did not complete it. Go back to where you started and try again.`,
  ATTEMPT_EXPIRED: () => 'It took too long. Go back to where you started and try again.',
  ACCOUNT_MISMATCH: () => 'You chose another account than the one that was connected before. Try again with that one.',
  PROVIDER_UNREACHABLE: provider =>
    `${provider} could not be reached. Go back to where you started and try again later.`,
  INVALID_CREDENTIALS: provider => `${provider} refused the access it had just given. Try again.`,
  CLIENT_REFUSED: provider =>
    `${provider} does not accept the app that asks for access. Whoever sent you here has to put that right.`,
}

type Shown = 'connected' | 'pending' | 'error'

async function answer(reply: FastifyReply, attempt: ConnectAttempt): Promise<FastifyReply> {
  const shown: Shown =
    attempt.status === 'completed' ? 'connected' : attempt.status === 'code_received' ? 'pending' : 'error'
  if (attempt.returnUrl !== null) {
    const url = new URL(attempt.returnUrl)
    url.searchParams.set('status', shown)
    url.searchParams.set('attempt', attempt.id)
    url.searchParams.set('connection', attempt.connectionId)
    if (attempt.errorCode !== null) url.searchParams.set('error', attempt.errorCode)
    return secured(reply).redirect(url.href, 303)
  }
  const name = providers.find(({ id }) => id === attempt.provider)?.name ?? attempt.provider
  switch (shown) {
    case 'connected':
      return sendPage(reply, 200, { title: `${name} is connected`, text: 'You can close this window.', good: true })
    case 'pending':
      return sendPage(reply, 202, {
        title: `Connecting ${name}`,
        text: 'This takes a little longer than usual and goes on by itself. You can close this window.',
        good: true,
      })
    case 'error': {
      const text = explanations[attempt.errorCode ?? 'OAUTH_FAILED'](name)
      return sendPage(reply, 400, { title: `${name} was not connected`, text, good: false })
    }
  }
}

function sendPage(reply: FastifyReply, status: number, shown: Parameters<typeof page>[0]): FastifyReply {
  const { html, contentSecurityPolicy } = page(shown)
  return secured(reply)
    .code(status)
    .header('content-security-policy', contentSecurityPolicy)
    .type('text/html; charset=utf-8')
    .send(html)
}

/** The address holds a code: it is kept nowhere and told to nobody. */
function secured(reply: FastifyReply): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('x-frame-options', 'DENY')
}
