import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ConnectAttempt } from '../../../../connections/attempts/attempt-store.ts'
import type { AttemptError } from '../../../../connections/states.ts'
import { errorCodes, type ErrorCode, type HubError } from '../../../../errors.ts'
import type { Hub } from '../../../../hub.ts'
import { asHubError } from '../../../errors.ts'
import { choicePage, type Choosing } from './oauth-choice-page.ts'
import { onwardPage, page, type Page } from './visit-page.ts'

/** What the person reads when it did not work; the caller of the API gets the code. */
const explanations: Record<AttemptError, (provider: string, missing: string[]) => string> = {
  ACCESS_DENIED: () => 'You did not allow access. To connect after all, go back to where you started.',
  OAUTH_FAILED: provider => `${provider} did not complete it. Go back to where you started and try again.`,
  ATTEMPT_EXPIRED: () => 'It took too long. Go back to where you started and try again.',
  ACCOUNT_MISMATCH: () => 'You chose another account than the one that is meant. Try again with that one.',
  PROVIDER_UNREACHABLE: provider =>
    `${provider} could not be reached. Go back to where you started and try again later.`,
  INVALID_CREDENTIALS: provider => `${provider} refused the access it had just given. Try again.`,
  SCOPES_MISSING: (provider, missing) =>
    `${provider} did not get all that is needed. Go back to where you started, and allow this too: ${missing.join('; ')}.`,
  CHOICE_NEEDED: provider =>
    `Several accounts of ${provider} were opened at once. Whoever sent you here has to say which one is meant.`,
  CLIENT_REFUSED: provider =>
    `${provider} does not accept the app that asks for access. Whoever sent you here has to put that right.`,
}

type Shown = 'connected' | 'pending' | 'error'

/**
 * Tells a person what became of an attempt, by a page or by sending them back to where they came from; or where to choose.
 * @param platform what the person knows of it
 * @param byForm whether a form is answered, whose policy a redirect to elsewhere would break
 */
export function answerAttempt(
  reply: FastifyReply,
  attempt: ConnectAttempt,
  { name, scopes }: KnownPlatform,
  { byForm } = { byForm: false },
): FastifyReply {
  if (attempt.status === 'choosing') return secured(reply).redirect(`/oauth/choice/${attempt.id}`, 303)
  const shown: Shown =
    attempt.status === 'completed'
      ? 'connected'
      : attempt.status === 'code_received' || attempt.status === 'awaiting'
        ? 'pending'
        : 'error'
  if (attempt.returnUrl !== null) {
    const url = new URL(attempt.returnUrl)
    url.searchParams.set('status', shown)
    url.searchParams.set('attempt', attempt.id)
    url.searchParams.set('connection', attempt.connectionId)
    if (attempt.errorCode !== null) url.searchParams.set('error', attempt.errorCode)
    return byForm ? send(reply, 200, onwardPage('One moment', url.href)) : secured(reply).redirect(url.href, 303)
  }
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
      const code = attempt.errorCode ?? 'OAUTH_FAILED'
      const title = `${name} was not connected`
      const missing = attempt.scopesMissing.map(scope => scopes[scope] ?? scope)
      return sendPage(reply, errorCodes[code].status, { title, text: explanations[code](name, missing), good: false })
    }
  }
}

const again = 'Go back to where you started and connect again.'
const notFound = { title: 'There is nothing here', text: again }
const refusals: Partial<Record<ErrorCode, { title: string; text: string }>> = {
  OTHER_BROWSER: {
    title: 'This was begun in another browser',
    text: `It can be finished there only, with cookies allowed. ${again}`,
  },
  OAUTH_STATE_INVALID: { title: 'This link does not work any more', text: `It is unknown or has expired. ${again}` },
  INVALID_REQUEST: { title: 'This link is broken', text: `Its address has been changed. ${again}` },
  NOT_FOUND: notFound,
  METHOD_NOT_ALLOWED: notFound,
}
const ourFault = {
  title: 'Something went wrong here',
  text: 'Your link is still good. Wait for a moment, then reload this page.',
}

/** What a person knows of a platform. */
export interface KnownPlatform {
  name: string
  /** What each scope means. */
  scopes: Record<string, string>
}

/** What the platform of an attempt is called, and what its scopes mean. */
export async function platformOf(hub: Hub, { workspaceId, provider }: ConnectAttempt): Promise<KnownPlatform> {
  const { name = provider, scopes = {} } = (await hub.definitions.find(hub.db, workspaceId, provider)) ?? {}
  return { name, scopes }
}

/** Has what goes wrong in a scope told to a person, by a page. */
export function answersPersons(app: FastifyInstance, hub: Hub): void {
  app.setErrorHandler((error, request, reply) => {
    const known = asHubError(error)
    if (known.status >= 500) hub.log.error({ err: error, requestId: request.id, code: known.code }, 'a visit failed')
    return answerError(reply, known)
  })
}

/** Tells a person that their visit could not be dealt with. */
function answerError(reply: FastifyReply, { code, status, retryAfterMs }: HubError): FastifyReply {
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1_000))
  return sendPage(reply, status, { ...(refusals[code] ?? ourFault), good: false })
}

/** What is shown to a browser that only looks ahead: it throws an error away and asks again when its person goes there. */
export function answerPrefetch(reply: FastifyReply): FastifyReply {
  const shown = { title: 'Nearly there', text: 'Reload this page to go on.', good: true }
  return sendPage(reply, 503, shown).header('vary', 'sec-purpose, purpose')
}

/** Shows a person what there is to choose from. */
export function sendChoices(reply: FastifyReply, status: number, choosing: Choosing): FastifyReply {
  return send(reply, status, choicePage(choosing))
}

function sendPage(reply: FastifyReply, status: number, shown: Parameters<typeof page>[0]): FastifyReply {
  return send(reply, status, page(shown))
}

function send(reply: FastifyReply, status: number, { html, contentSecurityPolicy }: Page): FastifyReply {
  return secured(reply)
    .code(status)
    .header('content-security-policy', contentSecurityPolicy)
    .type('text/html; charset=utf-8')
    .send(html)
}

/** The address holds a code: it is kept nowhere and told to nobody. */
export function secured(reply: FastifyReply): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('x-frame-options', 'DENY')
}
