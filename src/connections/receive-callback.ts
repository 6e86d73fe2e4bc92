import { setTimeout as sleep } from 'node:timers/promises'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { connectAttempts } from '../metrics/registry.ts'
import { stateHash } from '../oauth/authorize.ts'
import { attemptFields, findAttempt, findAttemptByState, takeCallback, type ConnectAttempt } from './attempt-store.ts'
import { changeStatus } from './change-status.ts'
import { handOver } from './hand-over.ts'
import { oauthOf } from './refresh.ts'
import type { AttemptError } from './states.ts'
import { lockConnection } from './store.ts'

/**
 * Takes what a provider's redirect carries: once per state, the code sealed in the same transaction that moves the attempt
 * on. Its workflow is told after the commit; when Temporal is down the row waits for it. Gives the attempt as it is then.
 * @throws HubError `OAUTH_STATE_INVALID` for a state that is unknown, used, expired or another provider's
 */
export async function receiveCallback(hub: Hub, provider: string, query: URLSearchParams): Promise<ConnectAttempt> {
  const method = oauthOf(provider)
  const state = query.get('state')
  if (!method || !state) throw new HubError('OAUTH_STATE_INVALID')
  const attempt = await findAttemptByState(hub.db, stateHash(state), provider)
  if (!attempt) throw new HubError('OAUTH_STATE_INVALID')
  const captured: Record<string, string> = {}
  for (const name of method.captureFromRedirect ?? []) {
    const value = query.get(name)
    // It becomes part of URLs: an id, not a text.
    if (value !== null && /^[A-Za-z0-9_.:-]{1,200}$/.test(value)) captured[name] = value
  }
  const complete = (method.captureFromRedirect ?? []).every(name => name in captured)
  const code = query.get('code')
  if (query.has('error') || !code || code.length > 4096 || !complete) {
    return refuse(hub, attempt, query.get('error') === 'access_denied' ? 'ACCESS_DENIED' : 'OAUTH_FAILED')
  }
  await hub.db.transaction().execute(async trx => {
    if (!(await takeCallback(trx, attempt, { to: 'code_received', captured, errorCode: null })))
      throw new HubError('OAUTH_STATE_INVALID')
    const place = { workspaceId: attempt.workspaceId, ownerId: attempt.id, field: attemptFields.code }
    await hub.credentials.put(trx, place, code)
  })
  await handOver(hub, attempt)
  return findAttempt(hub.db, attempt.workspaceId, attempt.id)
}

/** The person said no, or the provider did. */
async function refuse(hub: Hub, attempt: ConnectAttempt, errorCode: AttemptError): Promise<ConnectAttempt> {
  await hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, attempt.workspaceId, attempt.connectionId)
    if (!(await takeCallback(trx, attempt, { to: 'failed', captured: {}, errorCode })))
      throw new HubError('OAUTH_STATE_INVALID')
    await hub.credentials.destroy(trx, attempt.workspaceId, attempt.id)
    if (connection.status === 'pending')
      await changeStatus(hub, trx, connection, { to: 'error', reason: errorCode, actor: 'callback' })
  })
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
 */
export async function awaitAttempt(hub: Hub, attempt: ConnectAttempt): Promise<ConnectAttempt> {
  const endsAtMs = Date.now() + hub.connectionSettings.callbackWaitMs
  let now = attempt
  while (now.status === 'code_received' && now.handedAt !== null && Date.now() < endsAtMs) {
    await sleep(hub.connectionSettings.demandPollMs)
    now = await findAttempt(hub.db, attempt.workspaceId, attempt.id)
  }
  return now
}
