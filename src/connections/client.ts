import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { appSettings } from '../provider-apps/store.ts'
import type { AuthMethod } from '../providers/auth.ts'
import type { ProviderDefinition } from '../providers/definition.ts'
import { providerOf } from '../providers/index.ts'
import { callProvider, type CallTarget, type ProviderAnswer, type ProviderClient } from '../providers/request.ts'
import { freshTokens, type FreshTokens } from './fresh-tokens.ts'
import { requestCheck } from './check-store.ts'
import type { Connection } from './store.ts'

/**
 * The API of a connection's account, with its live token.
 * @throws HubError `CONNECTION_NOT_FOUND`, `TOKEN_EXPIRED` when the connection needs its user, `CONFLICT` when it is not
 * connected; `REFRESH_FAILED`
 */
export async function connectionClient(hub: Hub, workspaceId: string, connectionId: string): Promise<ProviderClient> {
  const demand = { workspaceId, connectionId, actor: 'request' }
  let live = await freshTokens(hub, demand)
  const definition = providerOf(live.connection.provider)
  const { baseUrls } = await appSettings(hub, live.connection)
  const once = (call: Parameters<ProviderClient['call']>[0]): Promise<ProviderAnswer> =>
    callProvider(hub, targetOf(definition, live, baseUrls), call)
  return {
    async call(call) {
      // A sync's client lives for hours: longer than its first token.
      if (isEnding(hub, live.connection)) live = await freshTokens(hub, { ...demand, signal: call.signal })
      const used = live.connection.generation
      try {
        return await once(call)
      } catch (error) {
        if (!isUnauthorized(error)) throw error
        live = await replacedTokens(hub, live.connection, used, call.signal)
        return once(call)
      }
    },
  }
}

/** How a connection of a provider authenticates. */
export function methodOf(definition: ProviderDefinition, kind: Connection['authKind']): AuthMethod {
  const method = definition.auth.find(candidate => candidate.kind === kind)
  if (!method) throw new HubError('INVALID_REQUEST', { message: `${definition.name} does not connect that way.` })
  return method
}

function targetOf(definition: ProviderDefinition, live: FreshTokens, baseUrls: Record<string, string>): CallTarget {
  const { connection, tokens } = live
  return {
    definition,
    method: methodOf(definition, connection.authKind),
    environment: connection.environment,
    baseUrls,
    config: connection.config,
    accessToken: tokens.accessToken,
    permits: {
      workspaceId: connection.workspaceId,
      connectionId: connection.id,
      providerAppId: connection.providerAppId,
      provider: connection.provider,
    },
  }
}

/** Newer tokens than those of a refused generation. What cannot be refreshed is verified soon, which settles its state. */
async function replacedTokens(
  hub: Hub,
  connection: Connection,
  refusedGeneration: number,
  signal: AbortSignal | undefined,
): Promise<FreshTokens> {
  const { workspaceId, id: connectionId } = connection
  try {
    return await freshTokens(hub, { workspaceId, connectionId, refusedGeneration, actor: 'request', signal })
  } catch (error) {
    if (error instanceof HubError && error.code === 'TOKEN_EXPIRED') {
      await requestCheck(hub.db, workspaceId, connectionId)
    }
    throw error
  }
}

function isEnding(hub: Hub, { accessExpiresAt, refreshAt }: Connection): boolean {
  if (accessExpiresAt === null || refreshAt === null) return false
  return accessExpiresAt.getTime() - Date.now() < hub.connectionSettings.freshForMs
}

function isUnauthorized(error: unknown): boolean {
  return (
    error instanceof HubError &&
    error.code === 'PROVIDER_REJECTED' &&
    (error.details as { status?: number }).status === 401
  )
}
