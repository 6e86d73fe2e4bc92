import { HubError, type ErrorCode } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { healthChecks } from '../../metrics/registry.ts'
import { changeStatus } from '../change-status.ts'
import { postponeCheck, recordCheck, type CheckRecord } from './check-store.ts'
import { verifyingClient } from '../client.ts'
import { methodOf } from '../method.ts'
import { checkSecond } from '../second/check-second.ts'
import { accountOf, identityOf, type Account } from './identity.ts'
import { findConnection, lockConnection, type Connection } from '../store.ts'

type Finding =
  | { kind: 'healthy'; account: Account }
  /** The provider refuses the credential. */
  | { kind: 'refused' }
  /** The provider does not work, or answers with something else. */
  | { kind: 'failing' }
  /** Nothing was learned: limits, or a refresh that its own machinery looks after. */
  | { kind: 'unknown'; retryInMs: number }

/**
 * Verifies one connection with its identity call and brings its state to what was found: `degraded` when the provider refuses
 * the credential, `needs_reauth` when it does so again some time later; `degraded` after three failures in a row of another
 * kind; back to `connected` when it works. One that needs its user is verified too where its credential does not expire: that
 * verdict may have been wrong.
 * @throws HubError `CONNECTION_NOT_FOUND`, `CONNECTION_NOT_READY` when it is not connected yet, or no more
 */
export async function checkConnection(
  hub: ConnectionParts,
  workspaceId: string,
  connectionId: string,
  actor: string,
): Promise<Connection> {
  const before = await findConnection(hub.db, workspaceId, connectionId)
  if (before.status === 'needs_reauth' && !mayStillOpen(before)) return before
  const finding = await verify(hub, before)
  await checkSecond(hub, before, actor)
  return hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, workspaceId, connectionId)
    const nextInMs = nextCheckInMs(hub, connection, finding)
    // What was refused meanwhile got a new credential: the finding is about the old one.
    const stale = finding.kind !== 'healthy' && connection.generation !== before.generation
    if (finding.kind === 'unknown' || stale) {
      if (!stale && nextInMs !== null) await postponeCheck(trx, workspaceId, connectionId, nextInMs)
      return findConnection(trx, workspaceId, connectionId)
    }
    const record = await recordCheck(trx, workspaceId, connectionId, {
      found: finding.kind,
      nextInMs,
      ...(finding.kind === 'healthy' ? { account: finding.account } : {}),
    })
    const status = statusAfter(hub, connection, finding, record)
    healthChecks.inc({ provider: connection.provider, outcome: outcomeOf(finding, status) })
    if (status === connection.status) return findConnection(trx, workspaceId, connectionId)
    const reason = status === 'connected' ? null : status === 'needs_reauth' ? 'TOKEN_EXPIRED' : 'CHECK_FAILED'
    return (await changeStatus(hub, trx, connection, { to: status, reason, actor })) ?? connection
  })
}

/** Whether a credential that was refused may be good again by itself: one that a refresh has found dead is not. */
function mayStillOpen(connection: Connection): boolean {
  return connection.authKind === 'api_key' || connection.accessExpiresAt === null
}

async function verify(hub: ConnectionParts, connection: Connection): Promise<Finding> {
  try {
    const client = await verifyingClient(hub, connection.workspaceId, connection.id)
    const { definition, method } = await methodOf(hub, connection)
    const identity = identityOf(definition, method)
    const { identityTimeoutMs } = hub.connectionSettings
    return { kind: 'healthy', account: await accountOf(identity, client, connection.config, identityTimeoutMs) }
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    if (refused.has(error.code)) return { kind: 'refused' }
    if (failing.has(error.code)) return { kind: 'failing' }
    if (undecided.has(error.code)) return { kind: 'unknown', retryInMs: error.retryAfterMs ?? 60_000 }
    throw error
  }
}

const refused = new Set<ErrorCode>(['INVALID_CREDENTIALS', 'TOKEN_EXPIRED'])
const failing = new Set<ErrorCode>(['PROVIDER_ERROR', 'PROVIDER_REJECTED', 'PROVIDER_UNREACHABLE'])
const undecided = new Set<ErrorCode>(['RATE_LIMITED', 'REFRESH_FAILED', 'CLIENT_REFUSED'])

/** When to verify again; null for no more. */
function nextCheckInMs(hub: ConnectionParts, connection: Connection, finding: Finding): number | null {
  const { checkEveryMs, refusalsApartMs, verifyRefusedForMs } = hub.connectionSettings
  if (connection.status === 'needs_reauth' && finding.kind !== 'healthy') {
    const sinceMs = Date.now() - connection.statusChangedAt.getTime()
    return sinceMs < verifyRefusedForMs ? checkEveryMs : null
  }
  switch (finding.kind) {
    case 'healthy':
      return checkEveryMs
    case 'refused':
      return Math.min(2 * refusalsApartMs, checkEveryMs)
    case 'failing':
      return Math.min(5 * 60_000, checkEveryMs)
    case 'unknown':
      return Math.min(Math.max(finding.retryInMs, 1_000), checkEveryMs)
  }
}

function statusAfter(
  hub: ConnectionParts,
  { status, statusReason }: Connection,
  finding: Finding,
  { failures, refusedForMs }: CheckRecord,
): Connection['status'] {
  if (status === 'needs_reauth') return finding.kind === 'healthy' ? 'connected' : status
  if (status !== 'connected' && status !== 'degraded' && status !== 'error') return status
  switch (finding.kind) {
    case 'healthy':
      // What the refresh machinery has found, it clears itself: a token may still work while its refresh does not.
      return statusReason === 'REFRESH_FAILED' || status === 'error' ? status : 'connected'
    case 'refused':
      if (refusedForMs >= hub.connectionSettings.refusalsApartMs) return 'needs_reauth'
      return status === 'connected' ? 'degraded' : status
    case 'failing':
      return failures >= 3 && status === 'connected' ? 'degraded' : status
    case 'unknown':
      return status
  }
}

function outcomeOf(finding: Finding, status: Connection['status']): 'healthy' | 'needs_reauth' | 'degraded' {
  if (finding.kind === 'healthy') return 'healthy'
  return status === 'needs_reauth' ? 'needs_reauth' : 'degraded'
}
