import { isHubError, HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { connectAttempts } from '../metrics/registry.ts'
import type { TokenGrant } from '../oauth/token-answer.ts'
import { exchangeCode } from '../oauth/token-calls.ts'
import { TokenError } from '../oauth/token-error.ts'
import { appCredentials } from '../provider-apps/store.ts'
import { providerOf } from '../providers/index.ts'
import { adoptGrant } from './adopt-grant.ts'
import { attemptFields, endAttempt, findAttempt, type ConnectAttempt } from './attempt-store.ts'
import { changeStatus } from './change-status.ts'
import type { AttemptOutcome } from './contract.ts'
import { identify, type Account } from './identity.ts'
import { oauthOf } from './refresh.ts'
import type { AttemptError } from './states.ts'
import { findConnection, lockConnection } from './store.ts'

interface AttemptRef {
  workspaceId: string
  attemptId: string
}

/** What was won in exchange for the code, and when. Sealed until it is the connection's. */
interface SealedGrant {
  grant: TokenGrant
  receivedAtMs: number
}

/**
 * Spends the code of an attempt in state `code_received` and seals what it won beside it. A code can be spent once: when a
 * try dies between the answer and the seal, the next one is refused and the attempt fails.
 * @throws HubError `OAUTH_FAILED` or `CLIENT_REFUSED` (for good), `PROVIDER_ERROR` or `RATE_LIMITED` (try again)
 */
export async function exchangeAttempt(hub: Hub, ref: AttemptRef): Promise<void> {
  const attempt = await findAttempt(hub.db, ref.workspaceId, ref.attemptId)
  const place = (field: string) => ({ workspaceId: attempt.workspaceId, ownerId: attempt.id, field })
  if (attempt.status !== 'code_received') return
  if (await hub.credentials.get(hub.db, place(attemptFields.grant))) return
  const code = await hub.credentials.get<string>(hub.db, place(attemptFields.code))
  const verifier = await hub.credentials.get<string>(hub.db, place(attemptFields.verifier))
  const method = oauthOf(attempt.provider)
  if (code === undefined || !method) throw new HubError('OAUTH_FAILED')
  const connection = await findConnection(hub.db, attempt.workspaceId, attempt.connectionId)
  const app = await appCredentials(hub, connection)
  try {
    const { redirectUri } = attempt
    const limits = { timeoutMs: hub.connectionSettings.tokenCallTimeoutMs }
    const grant = await exchangeCode(hub.outgoing, method, app, { code, verifier, redirectUri }, limits)
    const sealed: SealedGrant = { grant, receivedAtMs: Date.now() }
    await hub.db.transaction().execute(async trx => {
      await hub.credentials.put(trx, place(attemptFields.grant), sealed)
      await hub.credentials.destroy(trx, attempt.workspaceId, attempt.id, attemptFields.code)
      await hub.credentials.destroy(trx, attempt.workspaceId, attempt.id, attemptFields.verifier)
    })
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    const { workspaceId, id: attemptId } = attempt
    hub.log.info({ workspaceId, attemptId, failure: error.failure, providerCode: error.providerCode }, 'no exchange')
    throw exchangeFailed(error)
  }
}

function exchangeFailed(error: TokenError): HubError {
  const wait = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }
  switch (error.failure) {
    case 'bad_client':
      return new HubError('CLIENT_REFUSED')
    case 'rate_limited':
      return new HubError('RATE_LIMITED', wait)
    case 'down':
      return new HubError('PROVIDER_ERROR', wait)
    case 'dead_grant':
    case 'refused':
      return new HubError('OAUTH_FAILED')
  }
}

/**
 * Finds out whose account an exchanged grant opens and makes the grant the connection's: the end of the attempt.
 * @throws HubError `INVALID_CREDENTIALS`, `ACCOUNT_MISMATCH`, `OAUTH_FAILED`, `CONFLICT` (for good), `PROVIDER_ERROR`,
 * `PROVIDER_UNREACHABLE`, `RATE_LIMITED` (try again)
 */
export async function completeAttempt(hub: Hub, ref: AttemptRef, actor: string): Promise<AttemptOutcome> {
  const attempt = await findAttempt(hub.db, ref.workspaceId, ref.attemptId)
  if (attempt.status !== 'code_received') return outcomeOf(attempt) ?? 'failed'
  const sealed = await hub.credentials.get<SealedGrant>(hub.db, {
    workspaceId: attempt.workspaceId,
    ownerId: attempt.id,
    field: attemptFields.grant,
  })
  if (!sealed) throw new HubError('OAUTH_FAILED')
  const account = await accountOfAttempt(hub, attempt, sealed.grant.accessToken)
  await hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, attempt.workspaceId, attempt.connectionId)
    if (!(await endAttempt(trx, attempt, ['code_received'], 'completed', null))) return
    await adoptGrant(hub, trx, connection, {
      grant: sealed.grant,
      receivedAt: new Date(sealed.receivedAtMs),
      account,
      config: attempt.captured,
      scopes: attempt.scopes,
      actor,
    })
    await hub.credentials.destroy(trx, attempt.workspaceId, attempt.id)
  })
  connectAttempts.inc({ provider: attempt.provider, outcome: 'connected' })
  return 'completed'
}

async function accountOfAttempt(hub: Hub, attempt: ConnectAttempt, accessToken: string): Promise<Account> {
  const connection = await findConnection(hub.db, attempt.workspaceId, attempt.connectionId)
  const method = oauthOf(attempt.provider)
  if (!method) throw new HubError('OAUTH_FAILED')
  const { baseUrls } = await appCredentials(hub, connection)
  return identify(hub, {
    definition: providerOf(attempt.provider),
    method,
    environment: connection.environment,
    baseUrls,
    config: { ...connection.config, ...attempt.captured },
    accessToken,
    permits: {
      workspaceId: connection.workspaceId,
      connectionId: connection.id,
      providerAppId: connection.providerAppId,
      provider: connection.provider,
    },
  })
}

/**
 * Ends an attempt without a connection and destroys its secrets. A connection that has never been connected becomes an
 * error; one that is being reconnected stays as it is. Gives what became of the attempt, which may have ended before; null when
 * its callback has come in the meantime and it goes on.
 */
export async function failAttempt(
  hub: Hub,
  ref: AttemptRef,
  failure: { to: 'failed' | 'expired'; code: AttemptError; actor: string },
): Promise<AttemptOutcome | null> {
  await hub.db.transaction().execute(async trx => {
    const attempt = await findAttempt(trx, ref.workspaceId, ref.attemptId)
    const connection = await lockConnection(trx, attempt.workspaceId, attempt.connectionId)
    const from = failure.to === 'expired' ? (['awaiting'] as const) : (['awaiting', 'code_received'] as const)
    if (!(await endAttempt(trx, attempt, [...from], failure.to, failure.code))) return
    await hub.credentials.destroy(trx, attempt.workspaceId, attempt.id)
    if (connection.status === 'pending')
      await changeStatus(hub, trx, connection, { to: 'error', reason: failure.code, actor: failure.actor })
    connectAttempts.inc({ provider: attempt.provider, outcome: failure.to })
  })
  return outcomeOf(await findAttempt(hub.db, ref.workspaceId, ref.attemptId))
}

/** The error of an attempt for what went wrong while it was finished. */
export function attemptErrorOf(error: unknown): AttemptError {
  const known = ['ACCOUNT_MISMATCH', 'INVALID_CREDENTIALS', 'CLIENT_REFUSED', 'PROVIDER_UNREACHABLE'] as const
  return known.find(code => isHubError(error, code)) ?? 'OAUTH_FAILED'
}

function outcomeOf({ status }: ConnectAttempt): AttemptOutcome | null {
  return status === 'awaiting' || status === 'code_received' ? null : status
}
