import { setTimeout as sleep } from 'node:timers/promises'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { connectAttempts } from '../../metrics/registry.ts'
import { stateHash } from '../../grants/authorize.ts'
import { attemptPlace, findAttempt, findAttemptByState, takeCallback, type ConnectAttempt } from './attempt-store.ts'
import { assertBrowser, type BrowserProof } from './browser.ts'
import { changeStatus } from '../change-status.ts'
import { failAttempt } from './fail-attempt.ts'
import { handOver } from './hand-over.ts'
import { isSignedRight } from '../../grants/signed-redirect.ts'
import { codeParamOf, isVisited, keptOf, saysNo, type VisitedMethod } from '../../grants/visit.ts'
import { grantingOf } from '../granting.ts'
import type { AttemptError } from '../states.ts'
import { findConnection, lockConnection } from '../store.ts'

/**
 * Takes what a provider's redirect carries: once per state, the code sealed in the same transaction that moves the attempt
 * on. Its workflow is told after the commit; when Temporal is down the row waits for it. Every later visit of the same
 * address changes nothing. Gives the attempt as it is then.
 * @throws HubError `OAUTH_STATE_INVALID` for a state that is unknown or another provider's; `OTHER_BROWSER`; `INVALID_REQUEST` for a parameter
 * that is there twice (RFC 6749, 3.1), which leaves the attempt as it is
 */
export async function receiveCallback(
  hub: ConnectionParts,
  provider: string,
  query: URLSearchParams,
  proofOf: BrowserProof,
): Promise<ConnectAttempt> {
  assertOnce(query, ['state', 'error', 'iss'])
  const state = query.get('state')
  const attempt = state ? await findAttemptByState(hub.db, stateHash(state), provider) : undefined
  if (!attempt) throw new HubError('OAUTH_STATE_INVALID')
  assertBrowser(attempt, proofOf)
  const method = await visitedBy(hub, attempt, query)
  const kept = keptOf(method)
  const codeParam = codeParamOf(method)
  assertOnce(query, [...kept, codeParam])
  if (attempt.status !== 'awaiting') return revisited(hub, attempt)
  const captured: Record<string, string> = {}
  for (const name of kept) {
    const value = query.get(name)
    // It becomes part of URLs: an id, not a text.
    if (value !== null && /^[A-Za-z0-9_.:-]{1,200}$/.test(value)) captured[name] = value
  }
  const code = query.get(codeParam)
  if (method.kind === 'key_delivery') {
    // The key comes by itself, before the person or after.
    const { param, equals } = method.refused
    return query.get(param) === equals ? refuse(hub, attempt, 'ACCESS_DENIED') : attempt
  }
  if (query.has('error')) return refuse(hub, attempt, errorOf(method, query.get('error')))
  if (!code || code.length > 4096 || !kept.every(name => name in captured)) return refuse(hub, attempt, 'OAUTH_FAILED')
  const taken = await hub.db.transaction().execute(async trx => {
    if (!(await takeCallback(trx, attempt, { to: 'code_received', captured, errorCode: null }))) return false
    await hub.credentials.put(trx, attemptPlace(attempt, 'code'), code)
    return true
  })
  if (!taken) return missed(hub, attempt)
  await handOver(hub, attempt)
  return findAttempt(hub.db, attempt.workspaceId, attempt.id)
}

/** The method by which a person was sent off, who comes back with what the platform has signed, where it does. */
async function visitedBy(
  hub: ConnectionParts,
  attempt: ConnectAttempt,
  query: URLSearchParams,
): Promise<VisitedMethod> {
  const { workspaceId, connectionId, method: id } = attempt
  const connection = await findConnection(hub.db, workspaceId, connectionId)
  const { method, app } = await grantingOf(hub, { ...connection, method: id })
  if (!isVisited(method)) throw new HubError('OAUTH_STATE_INVALID')
  if (!isSignedRight(method, app.clientSecret, query)) throw new HubError('INVALID_REQUEST')
  // A code of another server, which an attacker has mixed up with this one (RFC 9207, 2.4).
  if (method.kind === 'oauth2' && method.issuer !== undefined && query.get('iss') !== method.issuer)
    throw new HubError('INVALID_REQUEST')
  return method
}

function assertOnce(query: URLSearchParams, names: string[]): void {
  for (const name of names) {
    if (query.getAll(name).length > 1) throw new HubError('INVALID_REQUEST', { message: `${name} is there twice.` })
  }
}

/** What the provider's word means to the attempt (RFC 6749, 4.1.2.1). Its outage is nobody's refusal. */
function errorOf(method: VisitedMethod, error: string | null): AttemptError {
  if (saysNo(method, error)) return 'ACCESS_DENIED'
  return error === 'server_error' || error === 'temporarily_unavailable' ? 'PROVIDER_UNREACHABLE' : 'OAUTH_FAILED'
}

/** What a person has done was taken before. Its workflow is told again where it may not have been: a reload then helps. */
export async function revisited(hub: ConnectionParts, attempt: ConnectAttempt): Promise<ConnectAttempt> {
  if (attempt.status === 'code_received' && attempt.handedAt === null) await handOver(hub, attempt)
  return findAttempt(hub.db, attempt.workspaceId, attempt.id)
}

/** Another visit was quicker, or this one came too late. */
async function missed(hub: ConnectionParts, { workspaceId, id: attemptId }: ConnectAttempt): Promise<ConnectAttempt> {
  await failAttempt(hub, { workspaceId, attemptId }, { to: 'expired', code: 'ATTEMPT_EXPIRED', actor: 'callback' })
  return revisited(hub, await findAttempt(hub.db, workspaceId, attemptId))
}

/** The person said no, or the provider did. */
async function refuse(hub: ConnectionParts, attempt: ConnectAttempt, errorCode: AttemptError): Promise<ConnectAttempt> {
  const taken = await hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, attempt.workspaceId, attempt.connectionId)
    if (!(await takeCallback(trx, attempt, { to: 'failed', captured: {}, errorCode }))) return false
    await hub.credentials.destroy(trx, attempt.workspaceId, attempt.id)
    if (connection.status === 'pending')
      await changeStatus(hub, trx, connection, { to: 'error', reason: errorCode, actor: 'callback' })
    return true
  })
  if (!taken) return missed(hub, attempt)
  connectAttempts.inc({
    provider: attempt.provider,
    outcome: errorCode === 'ACCESS_DENIED' ? 'denied' : 'failed',
  })
  await handOver(hub, attempt)
  return findAttempt(hub.db, attempt.workspaceId, attempt.id)
}

/**
 * Waits, for a moment a person can bear, until an attempt has ended; not at all where its workflow could not be told, which
 * reconcile does within a minute. Gives it as it is then.
 * @param awaitingToo whether its key may come by itself while its person waits
 */
export async function awaitAttempt(
  hub: ConnectionParts,
  attempt: ConnectAttempt,
  { awaitingToo } = { awaitingToo: true },
): Promise<ConnectAttempt> {
  const endsAtMs = Date.now() + hub.connectionSettings.callbackWaitMs
  let now = attempt
  while (isUnderWay(now) && (awaitingToo || now.status !== 'awaiting') && Date.now() < endsAtMs) {
    await sleep(hub.connectionSettings.demandPollMs)
    now = await findAttempt(hub.db, attempt.workspaceId, attempt.id)
  }
  return now
}

/** Whether it may end while its person waits: its key is still to come, or its workflow is at it. */
function isUnderWay({ status, handedAt }: ConnectAttempt): boolean {
  return status === 'awaiting' || (status === 'code_received' && handedAt !== null)
}
