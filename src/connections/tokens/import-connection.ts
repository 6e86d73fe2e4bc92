import { HubError, isHubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { newId } from '../../ids.ts'
import { refreshTokens } from '../../grants/token-calls.ts'
import { hubErrorOf, TokenError } from '../../grants/token-error.ts'
import type { TokenGrant } from '../../grants/token-answer.ts'
import { holdApp } from '../../provider-apps/hold.ts'
import { appCredentials } from '../../provider-apps/store.ts'
import { targetOf } from '../../calls/target.ts'
import type { OAuth2 } from '../../catalogue/schema/auth.ts'
import { findProvider } from '../../catalogue/find.ts'
import { adoptGrant } from './adopt-grant.ts'
import { identify, type Account } from '../health/identity.ts'
import { outlastDatabase } from '../attempts/outlast-database.ts'
import { oauthOf } from '../refresh/refresh.ts'
import { insertConnection, type Connection, type NewConnection } from '../store.ts'

/** Tokens that were obtained elsewhere. */
export interface ImportedTokens {
  accessToken?: string | undefined
  refreshToken?: string | undefined
  /** When the access token ends. */
  expiresAt?: Date | undefined
}

/**
 * Takes over an account that was connected elsewhere, after the provider has said whose it is. An access token that still
 * lives is verified as it is and its refresh token left unspent; else the refresh token is spent at once, which proves it.
 * Tokens that are not good leave nothing behind.
 * @throws HubError `INVALID_CREDENTIALS`, `INVALID_REQUEST`, `CLIENT_REFUSED`, `PROVIDER_APP_MISSING`; `PROVIDER_ERROR`,
 * `PROVIDER_UNREACHABLE`, `RATE_LIMITED`
 */
export async function importConnection(
  hub: ConnectionParts,
  connecting: Omit<NewConnection, 'id' | 'authKind'>,
  tokens: ImportedTokens,
  actor: string,
): Promise<Connection> {
  const owner = { config: {}, scopes: [], ...connecting, id: newId('connection') }
  const method = await oauthOf(hub, owner)
  if (!method) throw new HubError('INVALID_REQUEST', { message: 'Only OAuth connections can be imported.' })
  const missing = (method.captureFromRedirect ?? []).filter(name => !Object.hasOwn(owner.config, name))
  if (missing.length > 0) throw new HubError('INVALID_REQUEST', { message: `config needs ${missing.join(', ')}.` })
  const app = await appCredentials(hub, owner)
  const live = liveGrant(hub, tokens)
  const grant = live ?? (await refreshed(hub, method, app, tokens))
  const receivedAt = new Date()
  const account = await accountOfGrant(hub, owner, method, app.baseUrls, grant, live !== undefined)
  // What a refresh has won is nowhere else: the caller's own refresh token is spent.
  return outlastDatabase(hub, 'an imported token', () =>
    hub.db.transaction().execute(async trx => {
      await holdApp(trx, owner, app.baseUrls)
      const connection = await insertConnection(trx, { ...owner, authKind: 'oauth2' })
      const adopted = { grant, receivedAt, account, config: {}, scopes: owner.scopes, actor }
      return adoptGrant(hub, trx, connection, adopted)
    }),
  )
}

function liveGrant(hub: ConnectionParts, tokens: ImportedTokens): TokenGrant | undefined {
  if (tokens.accessToken === undefined) return undefined
  const expiresInMs = tokens.expiresAt ? tokens.expiresAt.getTime() - Date.now() : undefined
  // Without an expiry a token that can be refreshed is not trusted to live.
  if (expiresInMs === undefined ? tokens.refreshToken !== undefined : expiresInMs < hub.connectionSettings.freshForMs)
    return undefined
  return {
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    scopes: undefined,
    expiresInMs,
    refreshExpiresInMs: undefined,
  }
}

async function refreshed(
  hub: ConnectionParts,
  method: OAuth2,
  app: Parameters<typeof refreshTokens>[2],
  tokens: ImportedTokens,
): Promise<TokenGrant> {
  if (tokens.refreshToken === undefined) throw new HubError('INVALID_CREDENTIALS')
  const limits = { timeoutMs: hub.connectionSettings.tokenCallTimeoutMs }
  try {
    const grant = await refreshTokens(hub.outgoing, method, app, tokens.refreshToken, limits)
    return { ...grant, refreshToken: grant.refreshToken ?? tokens.refreshToken }
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    throw hubErrorOf(error, 'INVALID_CREDENTIALS')
  }
}

async function accountOfGrant(
  hub: ConnectionParts,
  owner: Pick<Connection, 'id' | 'workspaceId' | 'provider' | 'providerAppId' | 'environment' | 'config'>,
  method: OAuth2,
  baseUrls: Record<string, string>,
  grant: TokenGrant,
  unspent: boolean,
): Promise<Account | undefined> {
  const { accessToken } = grant
  const definition = await findProvider(hub, owner.workspaceId, owner.provider)
  try {
    return await identify(hub, targetOf(definition, method, owner, { baseUrls }, { accessToken }))
  } catch (error) {
    if (isHubError(error, 'PROVIDER_REJECTED')) throw new HubError('INVALID_CREDENTIALS', { cause: error })
    if (unspent || !isHubError(error) || !error.retryable) throw error
    // The refresh proved the grant, and what it won is nowhere else: it is kept, and the account asked for again soon.
    return undefined
  }
}
