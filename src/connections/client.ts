import { HubError, isHubError, type ErrorCode } from '../errors.ts'
import type { ConnectionParts } from './parts.ts'
import type { ProviderAnswer, ProviderCall, ProviderClient } from '../calls/call.ts'
import { refusesCredential } from '../calls/errors.ts'
import { callProvider } from '../calls/request.ts'
import { targetOf } from '../calls/target.ts'
import { grantingOf } from './granting.ts'
import { callSecond } from './second/call-second.ts'
import { requestCheck } from './health/check-store.ts'
import { freshTokens, storedTokens, type Demand, type FreshTokens } from './tokens/fresh-tokens.ts'
import { namedSecret } from './tokens/tokens.ts'
import type { Connection } from './store.ts'

/**
 * The API of a connection's account, with its live token.
 * @throws HubError `CONNECTION_NOT_FOUND`, `TOKEN_EXPIRED` when the connection needs its user, `CONNECTION_NOT_READY` when it
 * is not connected; `REFRESH_FAILED`
 */
export async function connectionClient(
  hub: ConnectionParts,
  workspaceId: string,
  connectionId: string,
): Promise<ProviderClient> {
  const demand = { workspaceId, connectionId, actor: 'request' }
  let live = await freshTokens(hub, demand)
  const once = await callerOf(hub, live.connection)
  return {
    async call(call) {
      const { as, signal } = call
      if (as !== undefined) return callSecond(hub, { ...demand, as, signal }, call)
      // A sync's client lives for hours: longer than its first token.
      if (isEnding(hub, live.connection)) live = await freshTokens(hub, { ...demand, signal: call.signal })
      const used = live
      try {
        return await once(used, call)
      } catch (error) {
        if (!refusesCredential(error)) throw error
        live = await replacedTokens(hub, used.connection, call.signal)
        return once(live, call)
      }
    },
  }
}

/**
 * A client that finds out whether a connection's credential is good: refreshed where that is possible, else as it is stored,
 * also when the connection is believed to need its user.
 * @throws HubError `CONNECTION_NOT_FOUND`, `CONNECTION_NOT_READY`; its calls `INVALID_CREDENTIALS` when the provider refuses the
 * credential and there is no other to be had, `REFRESH_FAILED` when it cannot be known yet whether there is
 */
export async function verifyingClient(
  hub: ConnectionParts,
  workspaceId: string,
  connectionId: string,
): Promise<ProviderClient> {
  const stored = await storedTokens(hub, workspaceId, connectionId)
  const once = await callerOf(hub, stored.connection)
  const demand = { workspaceId, connectionId, actor: 'check' }
  return {
    async call(call) {
      const [live, trouble] = await freshOrStored(hub, { ...demand, signal: call.signal }, stored)
      try {
        return await once(live, call)
      } catch (error) {
        if (!refusesCredential(error)) throw error
        if (trouble) throw refusedBecause(trouble)
        const refusedGeneration = live.connection.generation
        const [next, reason] = await freshOrStored(hub, { ...demand, refusedGeneration, signal: call.signal }, stored)
        if (reason) throw refusedBecause(reason)
        return once(next, call).catch((again: unknown) => {
          throw refusesCredential(again) ? new HubError('INVALID_CREDENTIALS', { cause: again }) : again
        })
      }
    },
  }
}

/** Fresh tokens, or those that are stored and why there are no fresher ones. */
async function freshOrStored(
  hub: ConnectionParts,
  demand: Demand,
  stored: FreshTokens,
): Promise<[FreshTokens] | [FreshTokens, HubError]> {
  try {
    return [await freshTokens(hub, demand)]
  } catch (error) {
    if (!(error instanceof HubError) || !unrefreshed.has(error.code)) throw error
    return [stored, error]
  }
}

const unrefreshed = new Set<ErrorCode>(['TOKEN_EXPIRED', 'REFRESH_FAILED', 'CLIENT_REFUSED'])

/** What a refused credential means when it was not replaced: the end of it where that is for good, else not known yet. */
function refusedBecause(trouble: HubError): HubError {
  const { reason } = (trouble.details ?? {}) as { reason?: string }
  const forGood = trouble.code === 'TOKEN_EXPIRED' || reason === 'REFRESH_REFUSED'
  return forGood ? new HubError('INVALID_CREDENTIALS', { cause: trouble }) : trouble
}

/** Calls a connection's API with the tokens it is given, once. */
async function callerOf(hub: ConnectionParts, connection: Connection) {
  const { definition, method, app } = await grantingOf(hub, connection)
  return ({ connection: owner, tokens }: FreshTokens, call: ProviderCall): Promise<ProviderAnswer> =>
    callProvider(hub, targetOf(definition, method, owner, app, namedSecret(tokens)), call)
}

/** Newer tokens than those that were refused. What cannot be refreshed is verified soon, which settles its state. */
export async function replacedTokens(
  hub: ConnectionParts,
  refused: Connection,
  signal: AbortSignal | undefined,
): Promise<FreshTokens> {
  const { workspaceId, id: connectionId, generation: refusedGeneration } = refused
  try {
    return await freshTokens(hub, { workspaceId, connectionId, refusedGeneration, actor: 'request', signal })
  } catch (error) {
    if (isHubError(error) && unrefreshed.has(error.code)) await requestCheck(hub.db, workspaceId, connectionId)
    throw error
  }
}

/** Whether a token is about to end, or has ended. */
export function isEnding(hub: ConnectionParts, { accessExpiresAt, refreshAt }: Connection): boolean {
  if (accessExpiresAt === null || refreshAt === null) return false
  return accessExpiresAt.getTime() - Date.now() < hub.connectionSettings.freshForMs
}
