import { HubError, type ErrorCode } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { healthChecks } from '../metrics/registry.ts'
import { providerOf } from '../providers/index.ts'
import { changeStatus } from './change-status.ts'
import { claimDueChecks, recordCheck } from './check-store.ts'
import { connectionClient } from './client.ts'
import type { HealthSweepResult } from './contract.ts'
import { accountOf, type Account } from './identity.ts'
import { findConnection, lockConnection, type Connection } from './store.ts'

type Finding =
  | { kind: 'healthy'; account: Account }
  /** The provider refuses the credential. */
  | { kind: 'refused' }
  /** The provider does not work, or answers with something else. */
  | { kind: 'failing' }
  /** Nothing was learned: limits, or a refresh that its own machinery looks after. */
  | { kind: 'unknown'; retryInMs: number }

/**
 * Verifies one connection with its identity call and brings its state to what was found: `needs_reauth` when the provider
 * refuses the credential, `degraded` after three failures in a row, back to `connected` when it works.
 * @throws HubError `CONNECTION_NOT_FOUND`, `CONFLICT` when it is not connected yet, or no more
 */
export async function checkConnection(
  hub: Hub,
  workspaceId: string,
  connectionId: string,
  actor: string,
): Promise<Connection> {
  const before = await findConnection(hub.db, workspaceId, connectionId)
  if (before.status === 'needs_reauth') return before
  const finding = await verify(hub, before)
  return hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, workspaceId, connectionId)
    const { checkEveryMs } = hub.connectionSettings
    const soonMs = Math.min(5 * 60_000, checkEveryMs)
    const nextInMs = finding.kind === 'healthy' ? checkEveryMs : finding.kind === 'unknown' ? finding.retryInMs : soonMs
    // What was refused meanwhile got a new credential: the finding is about the old one.
    const stale = finding.kind !== 'healthy' && connection.generation !== before.generation
    if (finding.kind === 'unknown' || stale) return findConnection(trx, workspaceId, connectionId)
    const failures = await recordCheck(trx, workspaceId, connectionId, {
      ok: finding.kind === 'healthy',
      nextInMs,
      ...(finding.kind === 'healthy' ? { account: finding.account } : {}),
    })
    const status = statusAfter(connection, finding, failures)
    healthChecks.inc({ provider: connection.provider, outcome: outcomeOf(finding) })
    if (status === connection.status) return findConnection(trx, workspaceId, connectionId)
    const reason = status === 'connected' ? null : status === 'needs_reauth' ? 'TOKEN_EXPIRED' : 'CHECK_FAILED'
    return (await changeStatus(hub, trx, connection, { to: status, reason, actor })) ?? connection
  })
}

async function verify(hub: Hub, connection: Connection): Promise<Finding> {
  try {
    const client = await connectionClient(hub, connection.workspaceId, connection.id)
    const definition = providerOf(connection.provider)
    const { identityTimeoutMs } = hub.connectionSettings
    return { kind: 'healthy', account: await accountOf(definition, client, connection.config, identityTimeoutMs) }
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

function statusAfter(connection: Connection, finding: Finding, failures: number): Connection['status'] {
  const { status, statusReason } = connection
  if (status !== 'connected' && status !== 'degraded' && status !== 'error') return status
  if (finding.kind === 'refused') return 'needs_reauth'
  // What the refresh machinery has found, it clears itself: a token may still work while its refresh does not.
  if (finding.kind === 'healthy') return statusReason === 'REFRESH_FAILED' || status === 'error' ? status : 'connected'
  return finding.kind === 'failing' && failures >= 3 && status === 'connected' ? 'degraded' : status
}

function outcomeOf(finding: Finding): 'healthy' | 'needs_reauth' | 'degraded' {
  return finding.kind === 'healthy' ? 'healthy' : finding.kind === 'refused' ? 'needs_reauth' : 'degraded'
}

/** Verifies up to `batch` connections whose time has come, ten at once. */
export async function checkDueConnections(
  hub: Hub,
  batch: number,
  options: { actor: string; signal?: AbortSignal; beat?: () => void },
): Promise<HealthSweepResult & { claimed: number }> {
  const due = await claimDueChecks(hub, batch, 15 * 60_000)
  const result = { claimed: due.length, verified: 0, degraded: 0, recovered: 0 }
  const queue = [...due]
  await Promise.all(
    Array.from({ length: Math.min(10, due.length) }, async () => {
      for (let next = queue.shift(); next && !options.signal?.aborted; next = queue.shift()) {
        options.beat?.()
        await checkOne(hub, next, options.actor, result)
      }
    }),
  )
  return result
}

async function checkOne(
  hub: Hub,
  { workspaceId, connectionId }: { workspaceId: string; connectionId: string },
  actor: string,
  result: HealthSweepResult,
): Promise<void> {
  try {
    const before = await findConnection(hub.db, workspaceId, connectionId)
    const after = await checkConnection(hub, workspaceId, connectionId, actor)
    result.verified += 1
    if (before.status === 'connected' && after.status !== 'connected') result.degraded += 1
    if (before.status !== 'connected' && after.status === 'connected') result.recovered += 1
  } catch (error) {
    // One connection's trouble is not the sweep's: its check is due again in a quarter of an hour.
    hub.log.warn({ err: error, workspaceId, connectionId }, 'a connection could not be verified')
  }
}
