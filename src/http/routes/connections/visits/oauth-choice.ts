import type { FastifyReply, FastifyRequest } from 'fastify'
import { findAddressedAttempt, type ConnectAttempt } from '../../../../connections/attempts/attempt-store.ts'
import { assertBrowser } from '../../../../connections/attempts/browser.ts'
import { choicesOf, settleChoice } from '../../../../connections/attempts/choose.ts'
import { awaitAttempt, revisited } from '../../../../connections/attempts/receive-callback.ts'
import { onBehalfOf } from '../../../../db/on-behalf-of.ts'
import { HubError, isHubError } from '../../../../errors.ts'
import type { Hub } from '../../../../hub.ts'
import type { Plugin } from '../../../route.ts'
import { proofIn } from './browser-cookie.ts'
import { answerAttempt, answersPersons, platformOf, sendChoices } from './oauth-callback-answer.ts'
import { choiceFaults } from './oauth-choice-page.ts'

/** An id and a few words of a form. */
const bodyLimit = 16 * 1024

/**
 * Where a person chooses among several accounts: `GET /oauth/choice/:attempt` shows them, `POST` takes the form. Both work in
 * the browser only that came back from the platform, whose cookie no other site's form brings along.
 */
export function oauthChoice(hub: Hub): Plugin {
  return app => {
    answersPersons(app, hub)
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit },
      async (_request: FastifyRequest, body: string | Buffer) => new URLSearchParams(String(body)),
    )
    app.get('/oauth/choice/:attempt', async (request, reply) =>
      withAttempt(hub, request, async attempt => show(hub, reply, await revisited(hub, attempt))),
    )
    app.post('/oauth/choice/:attempt', { bodyLimit }, async (request, reply) =>
      withAttempt(hub, request, async attempt => {
        const choice = request.body instanceof URLSearchParams ? request.body.get('choice') : null
        if (choice === null) return show(hub, reply, attempt, choiceFaults.none)
        const { workspaceId, id: attemptId } = attempt
        try {
          return await show(hub, reply, await settleChoice(hub, { workspaceId, attemptId }, choice, 'callback'))
        } catch (error) {
          if (isHubError(error, 'INVALID_REQUEST')) return show(hub, reply, attempt, choiceFaults.other)
          // It was sent twice, or too late: what became of it is the answer.
          if (isHubError(error, 'CONFLICT'))
            return show(hub, reply, await revisited(hub, await addressed(hub, attemptId)))
          throw error
        }
      }),
    )
  }
}

function withAttempt(
  hub: Hub,
  request: FastifyRequest,
  work: (attempt: ConnectAttempt) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  // Nobody has proved yet whose it is: all of them together are as one workspace.
  return onBehalfOf('callbacks', async () => {
    const attempt = await addressed(hub, (request.params as { attempt: string }).attempt)
    // One that is bound to no browser yet has not been shown to any.
    if (attempt.browserHash === null) throw new HubError('OTHER_BROWSER')
    assertBrowser(attempt, proofIn(hub, request))
    return work(attempt)
  })
}

async function addressed(hub: Hub, attemptId: string): Promise<ConnectAttempt> {
  const found = await findAddressedAttempt(hub.db, attemptId)
  if (!found) throw new HubError('OAUTH_STATE_INVALID')
  return found.attempt
}

/** What an attempt has come to, after a moment that a person can bear; or the choices, with what is wrong with the last. */
async function show(hub: Hub, reply: FastifyReply, attempt: ConnectAttempt, fault?: string): Promise<FastifyReply> {
  const now = await awaitAttempt(hub, attempt, { awaitingToo: false })
  const platform = await platformOf(hub, now)
  if (now.status !== 'choosing') return answerAttempt(reply, now, platform, { byForm: true })
  return sendChoices(reply, fault === undefined ? 200 : 400, {
    name: platform.name,
    choices: await choicesOf(hub, now),
    fault,
  })
}
