import { sql } from 'kysely'
import type { ConnectionParts } from '../parts.ts'
import { refreshes } from '../../metrics/registry.ts'
import type { Grant, Secret } from '../../grants/grant.ts'
import { TokenError } from '../../grants/answers/token-error.ts'
import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import { TransportError } from '../../calls/send.ts'
import { changeStatus } from '../change-status.ts'
import type { RefreshResult } from '../contract.ts'
import type { Granting } from '../granting.ts'
import { outlastDatabase } from '../attempts/outlast-database.ts'
import { longestRefreshWaitMs, refreshBackoffMs } from '../policy.ts'
import { returnLease, type RefreshLease } from './lease-store.ts'
import { recordFailure, recordToken } from './refresh-store.ts'
import { clearedByToken } from '../states.ts'
import { lockConnection } from '../store.ts'
import { tokenHostOf } from '../tokens/token-host.ts'
import { tokenTimes } from '../tokens/token-times.ts'
import { secretOf, tokensPlace } from '../tokens/tokens.ts'
import { forgetWon, sealWon, type WonGrant } from '../attempts/won-grant.ts'
import { prepareSpending, type Spending } from './spending.ts'
import type { TokenWriter } from './token-writer.ts'
import { verdictOn } from './verdict.ts'

const storeTimeoutMs = 2_000

export interface SpendOptions {
  /** An API key's id, or the name of the workflow. */
  actor: string
  /** Instead of the table's own backoff: when a workflow that looks after the connection will try again. */
  retryInMs?: number | undefined
  /** What it takes, where it was read with that of others. */
  prepared?: (lease: RefreshLease) => Spending
  /** Who stores what was won together with that of others. */
  writer?: TokenWriter
  /** Called when the platform has answered with a token, which is still to be stored. */
  answered?: () => void
}

/**
 * Spends the refresh token that a lease gives the right to, once, and records what came of it. Never throws for what the
 * provider says or does not say; only for what goes wrong here.
 */
export async function spendLease(
  hub: ConnectionParts,
  lease: RefreshLease,
  options: SpendOptions,
): Promise<RefreshResult> {
  const prepared = options.prepared ?? (await prepareSpending(hub, [lease]))
  const { granting, tokens, won: wonBefore, isNewer } = prepared(lease)
  // Whoever stored it has ended the lease as well.
  if (isNewer) return { outcome: 'fresh' }
  if (!tokens || !granting.way.renews(tokens)) {
    await returnLease(hub.db, lease, true)
    return { outcome: 'fresh' }
  }
  let won = wonBefore
  try {
    if (!won) {
      const grant = await winGrant(hub, lease, granting, tokens)
      options.answered?.()
      const { method } = granting
      if (options.writer && (await storeTogether(options.writer, lease, method, grant, tokens))) {
        refreshes.inc({ provider: lease.provider, outcome: 'refreshed' })
        return { outcome: 'refreshed' }
      }
      won = await outlastDatabase(hub, 'a refreshed token', () => sealWon(hub, lease, grant))
    }
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    if (error.cause instanceof TransportError && error.cause.reason === 'not_sent') {
      // This process stood still until its lease was nearly over; whoever has it now goes on.
      await returnLease(hub.db, lease)
      return { outcome: 'busy', retryAfterMs: hub.connectionSettings.demandPollMs }
    }
    const tokenHost = tokenHostOf(granting)
    return recordTokenError(hub, lease, granting.method, error, { ...options, tokenHost })
  }
  const { grant, receivedAtMs } = won
  const stored = await outlastDatabase(hub, 'a refreshed token', () =>
    storeGrant(hub, lease, granting.method, { grant, receivedAtMs }, tokens, options.actor),
  )
  refreshes.inc({ provider: lease.provider, outcome: stored ? 'refreshed' : 'stale' })
  return { outcome: stored ? 'refreshed' : 'fresh' }
}

async function winGrant(
  hub: ConnectionParts,
  lease: RefreshLease,
  { way, call }: Granting,
  kept: Secret,
): Promise<Grant> {
  const { leaseMs, tokenCallTimeoutMs } = hub.connectionSettings
  const left = () => lease.untilMs - Date.now()
  const limits = {
    timeoutMs: Math.max(1, Math.min(tokenCallTimeoutMs, left())),
    // Stopped and continued, this process must not spend a token that another may have spent long ago.
    maySend: () => left() > leaseMs / 2,
  }
  return way.renew(call(limits), kept)
}

/** Stores it with what others have won just now: false where that is not to be had, and it is still to be sealed. */
async function storeTogether(
  writer: TokenWriter,
  lease: RefreshLease,
  method: AuthMethod,
  grant: Grant,
  spent: Secret,
): Promise<boolean> {
  if (Date.now() >= lease.untilMs) return false
  const secret = secretOf(grant, spent.refreshToken)
  const times = tokenTimes(method, grant, secret, lease.absoluteExpiresAt, new Date())
  return writer.store(lease, { ...times, scopes: grant.scopes, captured: grant.captured }, secret)
}

async function storeGrant(
  hub: ConnectionParts,
  lease: RefreshLease,
  method: AuthMethod,
  { grant, receivedAtMs }: WonGrant,
  spent: Secret,
  actor: string,
): Promise<boolean> {
  const secret = secretOf(grant, spent.refreshToken, spent.found)
  const receivedAt = new Date(receivedAtMs)
  const times = tokenTimes(method, grant, secret, lease.absoluteExpiresAt, receivedAt)
  return hub.db.transaction().execute(async trx => {
    // A process that is stopped in here holds the row: it must lose it in time for another to spend the token again.
    await sql`select set_config('idle_in_transaction_session_timeout', ${`${storeTimeoutMs}ms`}, true)`.execute(trx)
    const connection = await lockConnection(trx, lease.workspaceId, lease.connectionId)
    // Another may have spent the same token since the lease passed; whether this one's still lives is soon known.
    const checkNow = Date.now() > lease.untilMs || !clearedByToken(connection.statusReason)
    await forgetWon(hub, trx, lease)
    if (!(await recordToken(trx, lease, { ...times, scopes: grant.scopes, captured: grant.captured, checkNow })))
      return false
    await hub.credentials.put(trx, tokensPlace(connection), secret)
    const recovers = ['degraded', 'error', 'needs_reauth'].includes(connection.status)
    if (recovers && clearedByToken(connection.statusReason))
      await changeStatus(hub, trx, connection, { to: 'connected', reason: null, actor })
    return true
  })
}

async function recordTokenError(
  hub: ConnectionParts,
  lease: RefreshLease,
  method: AuthMethod,
  error: TokenError,
  options: SpendOptions & { tokenHost: string | null },
): Promise<RefreshResult> {
  const { workspaceId, connectionId, provider } = lease
  hub.log.info(
    { workspaceId, connectionId, provider, failure: error.failure, providerCode: error.providerCode },
    'a token was not refreshed',
  )
  const verdict = verdictOn(hub, lease, method, error)
  refreshes.inc({ provider, outcome: verdict.to === 'needs_reauth' ? 'dead' : 'retrying' })
  return hub.db.transaction().execute(async (trx): Promise<RefreshResult> => {
    const connection = await lockConnection(trx, workspaceId, connectionId)
    const { errorRetryMs } = hub.connectionSettings
    const ownBackoff = refreshBackoffMs(connection.refreshFailures + 1, hub.connectionSettings)
    const backoff = options.retryInMs ?? (connection.status === 'error' ? errorRetryMs : ownBackoff)
    const askedMs = Math.min(error.retryAfterMs ?? 0, longestRefreshWaitMs)
    const retryInMs = verdict.to === 'needs_reauth' ? null : Math.max(askedMs, verdict.retryInMs ?? backoff)
    const mine = await recordFailure(trx, lease, {
      code: verdict.code,
      ambiguous: error.ambiguous,
      retryInMs,
      tokenHost: options.tokenHost,
      // Whether the token still opens anything is what decides over a refresh that is refused.
      checkNow: verdict.code === 'REFRESH_REFUSED',
    })
    // The lease is another's by now, and with it the verdict.
    if (!mine) return { outcome: 'busy', retryAfterMs: hub.connectionSettings.demandPollMs }
    if (verdict.to === 'needs_reauth') {
      await changeStatus(hub, trx, connection, { to: 'needs_reauth', reason: 'TOKEN_EXPIRED', actor: options.actor })
      return { outcome: 'needs_reauth' }
    }
    if (verdict.to === 'error' && connection.status !== 'pending') {
      await changeStatus(hub, trx, connection, { to: 'error', reason: 'CLIENT_REFUSED', actor: options.actor })
      return { outcome: 'error', code: verdict.code }
    }
    const since = (connection.firstFailureAt ?? new Date()).toISOString()
    return { outcome: 'failed', code: verdict.code, retryAfterMs: askedMs > 0 ? askedMs : null, since }
  })
}
