import { randomUUID } from 'node:crypto'
import { isHubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { changeStatus } from '../change-status.ts'
import { checkConnection } from '../health/check.ts'
import type { ConnectionRef, RefreshResult } from '../contract.ts'
import { spendLease } from './refresh.ts'
import { takeLease } from './lease-store.ts'
import { findConnection, lockConnection, type Connection } from '../store.ts'
import { hold, showWithinMs } from '../trouble/trouble.ts'
import { extendRecovery, releaseFromRecovery } from '../trouble/trouble-store.ts'

export interface RefreshTry {
  actor: string
  /** Also when the token is still good. */
  force: boolean
  /** Forced only while the token is of this generation or an older one. */
  beyond?: number
  /** When the workflow that looks after the connection will try again if this fails. */
  retryInMs?: number
}

/**
 * One try to refresh a connection, if it needs it and nobody else is at it. A failure puts the connection into the care of
 * the workflow that asks (`retryInMs` given).
 */
export async function tryRefresh(
  hub: ConnectionParts,
  ref: ConnectionRef,
  options: RefreshTry,
): Promise<RefreshResult> {
  const connection = await findIfThere(hub, ref)
  if (!connection) return { outcome: 'gone' }
  switch (connection.status) {
    case 'pending':
    case 'disconnecting':
    case 'disconnected':
      return { outcome: 'gone' }
    case 'needs_reauth':
      await releaseFromRecovery(hub.db, ref)
      return { outcome: 'needs_reauth' }
    case 'connected':
    case 'degraded':
    case 'error':
      break
  }
  const isForced = options.force && connection.generation <= (options.beyond ?? Infinity)
  if (!isForced && !isDue(connection)) {
    await releaseFromRecovery(hub.db, ref)
    return { outcome: 'fresh' }
  }
  const lease = await takeLease(hub, ref.workspaceId, ref.connectionId, connection.generation, randomUUID())
  if (!lease) return { outcome: 'busy', retryAfterMs: busyMs(hub, connection) }
  const spent = await spendLease(hub, lease, { actor: options.actor, retryInMs: options.retryInMs })
  const refused = spent.outcome === 'failed' && spent.code === 'REFRESH_REFUSED'
  const result =
    refused && (await isRefusedToo(hub, ref, options.actor)) ? ({ outcome: 'needs_reauth' } as const) : spent
  if (options.retryInMs !== undefined) await settle(hub, ref, result, options.retryInMs, options.actor)
  return result
}

/** Whether the platform's API, asked for what the token still opens, has said for the second time that it opens nothing. */
async function isRefusedToo(hub: ConnectionParts, ref: ConnectionRef, actor: string): Promise<boolean> {
  try {
    return (await checkConnection(hub, ref.workspaceId, ref.connectionId, actor)).status === 'needs_reauth'
  } catch (error) {
    if (!isHubError(error)) throw error
    return false
  }
}

/** A workflow's try has ended: the connection stays in its care, or goes back to the sweep. */
async function settle(
  hub: ConnectionParts,
  ref: ConnectionRef,
  result: RefreshResult,
  retryInMs: number,
  actor: string,
): Promise<void> {
  if (result.outcome === 'failed' || result.outcome === 'busy') {
    await hold(hub, ref, 'refresh', actor)
    await extendRecovery(hub.db, ref, retryInMs + showWithinMs)
  } else await releaseFromRecovery(hub.db, ref)
}

/** Ends a recovery that has gone on for too long: an operator has to look, and the sweep goes on trying now and then. */
export async function giveUpRefresh(hub: ConnectionParts, ref: ConnectionRef, actor: string): Promise<void> {
  await hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, ref.workspaceId, ref.connectionId)
    await releaseFromRecovery(trx, ref)
    if (connection.status === 'connected' || connection.status === 'degraded')
      await changeStatus(hub, trx, connection, { to: 'error', reason: 'RECOVERY_DEADLINE', actor })
  })
}

async function findIfThere(hub: ConnectionParts, ref: ConnectionRef): Promise<Connection | undefined> {
  try {
    return await findConnection(hub.db, ref.workspaceId, ref.connectionId)
  } catch (error) {
    if (isHubError(error, 'CONNECTION_NOT_FOUND')) return undefined
    throw error
  }
}

function isDue(connection: Connection): boolean {
  if (connection.refreshFailures > 0 || connection.recovery !== null) return true
  return connection.refreshAt !== null && connection.refreshAt <= new Date()
}

function busyMs(hub: ConnectionParts, connection: Connection): number {
  const { demandPollMs, leaseMs } = hub.connectionSettings
  if (connection.leaseUntil === null) return demandPollMs
  return Math.min(leaseMs, Math.max(demandPollMs, connection.leaseUntil.getTime() - Date.now()))
}
