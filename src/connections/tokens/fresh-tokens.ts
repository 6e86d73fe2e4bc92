import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { unlessAborted } from '../../deadline.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import type { RefreshResult } from '../contract.ts'
import { spendLease } from '../refresh/refresh.ts'
import { takeLease } from '../refresh/lease-store.ts'
import { findConnection, type Connection } from '../store.ts'
import type { Secret } from '../../grants/grant.ts'
import { tokensPlace } from './tokens.ts'

/** A credential that can be used now. */
export interface FreshTokens {
  connection: Connection
  tokens: Secret
}

export interface Demand {
  workspaceId: string
  connectionId: string
  /** The generation that the provider has just refused: anything newer will do. */
  refusedGeneration?: number | undefined
  /** Who asks: an API key's id, or the name of a workflow. */
  actor: string
  /** Ends this caller's wait; the refresh goes on for the others. */
  signal?: AbortSignal | undefined
}

/** Demands of one process for the same connection share one wait. */
const underway = new WeakMap<ConnectionParts, Map<string, Promise<FreshTokens>>>()

/**
 * The live credential of a connection. One that has expired, or is about to, is refreshed first: by whoever holds the
 * lease, in whatever process; the others wait for the row to tell, `demandDeadlineMs` at most.
 * @throws HubError `CONNECTION_NOT_FOUND`, `TOKEN_EXPIRED` (its user must connect again), `CONNECTION_NOT_READY` (not
 * connected yet, or no more), `REFRESH_FAILED` with `retryAfterMs`; the signal's reason
 */
export async function freshTokens(hub: ConnectionParts, demand: Demand): Promise<FreshTokens> {
  const { connection, tokens } = await currentTokens(hub, demand)
  if (isFresh(hub, connection, demand)) return { connection, tokens }
  try {
    return await unlessAborted(sharedRefresh(hub, demand, connection), demand.signal)
  } catch (error) {
    // Better a token with seconds to live than none.
    const left = connection.accessExpiresAt ? connection.accessExpiresAt.getTime() - Date.now() : Infinity
    const aborted = demand.signal?.aborted === true
    if (demand.refusedGeneration === undefined && left > 1_000 && !aborted) return { connection, tokens }
    throw error
  }
}

/**
 * The credential as it is stored, whatever is known against it: for finding out whether it is good.
 * @throws HubError `CONNECTION_NOT_FOUND`, `CONNECTION_NOT_READY`, `TOKEN_EXPIRED` when there is none
 */
export async function storedTokens(
  hub: ConnectionParts,
  workspaceId: string,
  connectionId: string,
): Promise<FreshTokens> {
  const connection = await findConnection(hub.db, workspaceId, connectionId)
  assertThere(connection)
  return { connection, tokens: await readTokens(hub, connection) }
}

async function currentTokens(hub: ConnectionParts, demand: Demand): Promise<FreshTokens> {
  const connection = await findConnection(hub.db, demand.workspaceId, demand.connectionId)
  assertUsable(connection)
  return { connection, tokens: await readTokens(hub, connection) }
}

async function readTokens(hub: ConnectionParts, connection: Connection): Promise<Secret> {
  const tokens = await hub.credentials.get<Secret>(hub.db, tokensPlace(connection))
  if (!tokens) throw new HubError('TOKEN_EXPIRED')
  return tokens
}

function assertUsable(connection: Connection): void {
  if (connection.status === 'needs_reauth') throw new HubError('TOKEN_EXPIRED')
  assertThere(connection)
}

function assertThere({ status }: Connection): void {
  if (status === 'pending' || status === 'disconnecting' || status === 'disconnected') {
    throw new HubError('CONNECTION_NOT_READY', { message: `The connection is ${status}.` })
  }
}

function isFresh(hub: ConnectionParts, connection: Connection, demand: Demand): boolean {
  if (demand.refusedGeneration !== undefined && connection.generation <= demand.refusedGeneration) return false
  if (connection.accessExpiresAt === null || connection.refreshAt === null) return true
  return connection.accessExpiresAt.getTime() - Date.now() > hub.connectionSettings.freshForMs
}

/** The one wait of this process for a generation to be replaced. It has nobody's signal: it is bounded by itself. */
function sharedRefresh(hub: ConnectionParts, demand: Demand, seen: Connection): Promise<FreshTokens> {
  const demands = underway.get(hub) ?? new Map<string, Promise<FreshTokens>>()
  underway.set(hub, demands)
  const key = `${seen.id} ${seen.generation}`
  const known = demands.get(key)
  if (known) return known
  const shared = refreshOrWait(hub, demand, seen).finally(() => demands.delete(key))
  // All who waited may have been cancelled.
  shared.catch(() => undefined)
  demands.set(key, shared)
  return shared
}

async function refreshOrWait(hub: ConnectionParts, demand: Demand, seen: Connection): Promise<FreshTokens> {
  const { demandDeadlineMs, demandPollMs } = hub.connectionSettings
  const deadlineMs = Date.now() + demandDeadlineMs
  failWhileBackingOff(seen)
  for (let row = seen; ; row = await findConnection(hub.db, demand.workspaceId, demand.connectionId)) {
    assertUsable(row)
    if (row.generation > seen.generation) return currentTokens(hub, demand)
    // The attempt that was waited for has failed: that holds for all who waited.
    if (row.refreshAttempts > seen.refreshAttempts) throw refreshFailed(row)
    if (row.leaseUntil === null || row.leaseUntil.getTime() < Date.now()) {
      const { workspaceId, id, generation } = row
      const lease = await takeLease(hub, workspaceId, id, generation, randomUUID())
      if (lease) {
        const result = await spendLease(hub, lease, { actor: demand.actor })
        if (result.outcome === 'fresh') {
          // Without a refresh token there is nothing to spend.
          const now = await currentTokens(hub, demand)
          if (now.connection.generation > (demand.refusedGeneration ?? -1)) return now
          throw new HubError('TOKEN_EXPIRED')
        }
        if (result.outcome !== 'busy') await assertRefreshed(hub, demand, result)
        continue
      }
    }
    if (Date.now() >= deadlineMs) throw refreshFailed(row)
    await sleep(demandPollMs / 2 + (Math.random() * demandPollMs) / 2)
  }
}

async function assertRefreshed(hub: ConnectionParts, demand: Demand, result: RefreshResult): Promise<void> {
  switch (result.outcome) {
    case 'refreshed':
    case 'fresh':
    case 'busy':
      return
    case 'needs_reauth':
      throw new HubError('TOKEN_EXPIRED')
    case 'error':
      throw new HubError('CLIENT_REFUSED')
    case 'gone':
      throw new HubError('CONNECTION_NOT_FOUND')
    case 'failed':
      throw refreshFailed(await findConnection(hub.db, demand.workspaceId, demand.connectionId))
  }
}

/** While a failure's backoff runs, demands do not hammer the provider: they are told when it will be tried again. */
function failWhileBackingOff(connection: Connection): void {
  const waiting = connection.refreshFailures > 0 && connection.refreshAt !== null && connection.refreshAt > new Date()
  const abandoned = connection.leaseUntil !== null && connection.leaseUntil < new Date()
  if ((waiting || connection.recovery !== null) && !abandoned) throw refreshFailed(connection)
}

function refreshFailed(connection: Connection): HubError {
  if (connection.status === 'needs_reauth') return new HubError('TOKEN_EXPIRED')
  const waitMs = connection.refreshAt ? connection.refreshAt.getTime() - Date.now() : 0
  return new HubError('REFRESH_FAILED', {
    retryAfterMs: Math.max(1_000, waitMs),
    ...(connection.lastError === null ? {} : { details: { reason: connection.lastError } }),
  })
}
