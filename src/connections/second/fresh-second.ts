import { setTimeout as sleep } from 'node:timers/promises'
import { HubError } from '../../errors.ts'
import { TokenError } from '../../grants/answers/token-error.ts'
import type { Secret } from '../../grants/grant.ts'
import { outlastDatabase } from '../attempts/outlast-database.ts'
import type { WonGrant } from '../attempts/won-grant.ts'
import { grantingOf, type Granting } from '../granting.ts'
import type { ConnectionParts } from '../parts.ts'
import { findConnection, type Connection } from '../store.ts'
import { changeSecond, takeSecondLease } from './second-store.ts'
import { endOf, secondPlace, secondSecret, wonSecondPlace, type SecondToken } from './second-token.ts'
import { endSecond } from './end-second.ts'

/** A second token that can be used now. */
export interface FreshSecond {
  connection: Connection
  second: SecondToken
  tokens: Secret
}

export interface SecondDemand {
  workspaceId: string
  connectionId: string
  /** The name of the token. */
  as: string
  /** The generation that the platform has just refused: anything newer will do. */
  refusedGeneration?: number | undefined
  /** Who asks: an API key's id, or the name of a workflow. */
  actor: string
  signal?: AbortSignal | undefined
}

/**
 * The live second token of a connection. One that is about to end is refreshed first, by whoever takes its lease; the others wait
 * for the row to tell, `demandDeadlineMs` at most. Whether the connection's own token is good does not matter.
 * @throws HubError `CONNECTION_NOT_FOUND`, `INVALID_REQUEST` where there is no such token, `TOKEN_EXPIRED` (its person must
 * connect again), `CONNECTION_NOT_READY`, `REFRESH_FAILED`; the signal's reason
 */
export async function freshSecond(hub: ConnectionParts, demand: SecondDemand): Promise<FreshSecond> {
  const { demandDeadlineMs, demandPollMs } = hub.connectionSettings
  const deadlineMs = Date.now() + demandDeadlineMs
  for (;;) {
    const current = await currentSecond(hub, demand)
    if (isFresh(hub, current.second, demand)) return current
    if (current.tokens.refreshToken === undefined) {
      // Nothing renews it: better one that may have seconds to live than none.
      if (demand.refusedGeneration === undefined && isAlive(current.second)) return current
      throw new HubError('TOKEN_EXPIRED')
    }
    demand.signal?.throwIfAborted()
    const { leaseMs } = hub.connectionSettings
    if (await takeSecondLease(hub.db, current.connection, current.second, leaseMs)) await refresh(hub, current, demand)
    else if (Date.now() >= deadlineMs) throw new HubError('REFRESH_FAILED', { retryAfterMs: 1_000 })
    else await sleep(demandPollMs)
  }
}

async function currentSecond(hub: ConnectionParts, demand: SecondDemand): Promise<FreshSecond> {
  const { workspaceId, connectionId, as } = demand
  const connection = await findConnection(hub.db, workspaceId, connectionId)
  const { status, second } = connection
  if (status === 'pending' || status === 'disconnecting' || status === 'disconnected')
    throw new HubError('CONNECTION_NOT_READY', { message: `The connection is ${status}.` })
  if (second?.as !== as) {
    const message = `The connection has no token of that name${second ? `, but ${second.as}` : ''}.`
    throw new HubError('INVALID_REQUEST', { message })
  }
  const tokens = await hub.credentials.get<Secret>(hub.db, secondPlace(connection, as))
  if (second.status === 'needs_reauth' || !tokens) throw new HubError('TOKEN_EXPIRED')
  return { connection, second, tokens }
}

function isFresh(hub: ConnectionParts, second: SecondToken, { refusedGeneration }: SecondDemand): boolean {
  if (refusedGeneration !== undefined && second.generation <= refusedGeneration) return false
  return isAlive(second, hub.connectionSettings.freshForMs)
}

function isAlive({ accessExpiresAt }: SecondToken, forMs = 0): boolean {
  return accessExpiresAt === null || Date.parse(accessExpiresAt) - Date.now() > forMs
}

/** Spends the refresh token under its lease, once, and writes what came of it. @throws HubError `TOKEN_EXPIRED`, `REFRESH_FAILED` */
async function refresh(
  hub: ConnectionParts,
  { connection, second, tokens }: FreshSecond,
  { actor }: SecondDemand,
): Promise<void> {
  const granting = await grantingOf(hub, connection)
  try {
    const { grant, receivedAtMs } = await win(hub, granting, { connection, second, tokens })
    const change = {
      ...{ status: 'connected' as const, generation: second.generation + 1, leaseUntil: null, refusedAt: null },
      accessExpiresAt: endOf(granting.method, grant.expiresInMs, new Date(receivedAtMs)),
    }
    const { workspaceId, ownerId, field } = wonSecondPlace(connection, second)
    await outlastDatabase(hub, 'a refreshed second token', () =>
      hub.db.transaction().execute(async trx => {
        await hub.credentials.destroy(trx, workspaceId, ownerId, field)
        if (!(await changeSecond(trx, connection, second, change))) return
        const kept = secondSecret(grant, tokens.refreshToken)
        await hub.credentials.put(trx, secondPlace(connection, second.as), kept)
      }),
    )
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    if (error.failure === 'dead_grant') {
      await endSecond(hub, connection, second, actor)
      throw new HubError('TOKEN_EXPIRED', { cause: error })
    }
    await changeSecond(hub.db, connection, second, { leaseUntil: null })
    throw new HubError('REFRESH_FAILED', { retryAfterMs: error.retryAfterMs ?? 1_000, cause: error })
  }
}

/** What spending the refresh token gives, sealed at once; or what another has won with it and not stored any more. */
async function win(
  hub: ConnectionParts,
  granting: Granting,
  { connection, second, tokens }: FreshSecond,
): Promise<WonGrant> {
  const place = wonSecondPlace(connection, second)
  const before = await hub.credentials.get<WonGrant>(hub.db, place)
  if (before) return before
  const won = { grant: await renewed(hub, granting, tokens), receivedAtMs: Date.now() }
  await outlastDatabase(hub, 'a refreshed second token', () => hub.credentials.put(hub.db, place, won))
  return won
}

function renewed(hub: ConnectionParts, { way, call }: Granting, tokens: Secret) {
  const { leaseMs, tokenCallTimeoutMs } = hub.connectionSettings
  const untilMs = Date.now() + leaseMs
  // Stopped and continued, this process must not spend a token that another may have spent long ago.
  const maySend = () => untilMs - Date.now() > leaseMs / 2
  return way.renew(call({ timeoutMs: Math.min(tokenCallTimeoutMs, leaseMs), maySend }), tokens)
}
