import type { Executor } from '../../db/database.ts'
import { HubError, isHubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { newId } from '../../ids.ts'
import { orHubError } from '../../grants/answers/token-error.ts'
import type { FetchLimits, Grant } from '../../grants/grant.ts'
import { clientOf } from '../../grants/asking/app.ts'
import { holdApp } from '../../provider-apps/hold.ts'
import type { CallOwner } from '../../calls/target.ts'
import { adoptGrant } from './adopt-grant.ts'
import { openGrant, type Opened } from '../health/open-grant.ts'
import { outlastDatabase } from '../attempts/outlast-database.ts'
import { holdPlatform } from '../platforms/hold.ts'
import { grantingOf, type Granting } from '../granting.ts'
import { insertConnection, type Connection, type NewConnection } from '../store.ts'

/** Tokens that were obtained elsewhere. */
export interface ImportedTokens {
  accessToken?: string | undefined
  refreshToken?: string | undefined
  /** When the access token ends. */
  expiresAt?: Date | undefined
}

/** Tokens that are good, and whose account they open. */
export interface VerifiedTokens {
  owner: Omit<NewConnection, 'authKind'> & Pick<Connection, 'config' | 'scopes'>
  granting: Granting
  grant: Grant
  receivedAt: Date
  /** Undefined when the refresh proved them and the platform could not say whose they are just then. */
  opened: Opened | undefined
}

/** Spends the refresh token of what is imported: what it wins is nowhere else. */
export type SpendImported = (granting: Granting, tokens: ImportedTokens) => Promise<{ grant: Grant; receivedAt: Date }>

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
  const verified = await verifyTokens(hub, connecting, tokens)
  // What a refresh has won is nowhere else: the caller's own refresh token is spent.
  return outlastDatabase(hub, 'an imported token', () =>
    hub.db.transaction().execute(trx => adoptTokens(hub, trx, verified, actor)),
  )
}

/** Asks the provider whose account tokens open. Keeps nothing. @throws HubError as `importConnection` */
export async function verifyTokens(
  hub: ConnectionParts,
  connecting: Omit<NewConnection, 'id' | 'authKind'>,
  tokens: ImportedTokens,
  spend: SpendImported = spendImported,
): Promise<VerifiedTokens> {
  const owner = { config: {}, scopes: [], ...connecting, id: newId('connection') }
  const granting = await grantingOf(hub, owner)
  const { method, app } = granting
  if (method.kind !== 'oauth2')
    throw new HubError('INVALID_REQUEST', { message: 'Only OAuth connections can be imported.' })
  const needed = [...(method.captureFromRedirect ?? []), ...(method.ask ?? []).map(field => field.name)]
  const missing = needed.filter(name => !Object.hasOwn(owner.config, name))
  if (missing.length > 0) throw new HubError('INVALID_REQUEST', { message: `config needs ${missing.join(', ')}.` })
  clientOf(app)
  const live = liveGrant(hub, tokens)
  const { grant, receivedAt } = live ? { grant: live, receivedAt: new Date() } : await spend(granting, tokens)
  return { owner, granting, grant, receivedAt, opened: await openedBy(hub, owner, granting, grant, live !== undefined) }
}

/**
 * Makes verified tokens a connection, in the caller's transaction: a new one, or one that has waited for them.
 * @throws HubError as `adoptGrant` and `holdApp`
 */
export async function adoptTokens(
  hub: ConnectionParts,
  trx: Executor,
  { owner, granting, grant, receivedAt, opened }: VerifiedTokens,
  actor: string,
  waiting?: Connection,
): Promise<Connection> {
  const { definition, method, app } = granting
  await holdApp(trx, owner, app.baseUrls)
  await holdPlatform(hub, trx, owner.workspaceId, definition)
  const connection = waiting ?? (await insertConnection(trx, { ...owner, authKind: method.kind }))
  return adoptGrant(hub, trx, connection, {
    grant: opened?.grant ?? grant,
    receivedAt,
    account: opened?.account,
    config: { ...(waiting && owner.config), ...(opened?.config ?? grant.captured) },
    scopes: owner.scopes,
    actor,
  })
}

function liveGrant(hub: ConnectionParts, tokens: ImportedTokens): Grant | undefined {
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

/** @throws HubError as `importConnection` */
export async function spendImported(
  { way, call }: Granting,
  { accessToken = '', refreshToken }: ImportedTokens,
  limits?: FetchLimits,
): Promise<{ grant: Grant; receivedAt: Date }> {
  const kept = { accessToken, refreshToken }
  if (!way.renews(kept)) throw new HubError('INVALID_CREDENTIALS')
  const grant = await orHubError('INVALID_CREDENTIALS', () => way.renew(call(limits), kept))
  return { grant: { ...grant, refreshToken: grant.refreshToken ?? refreshToken }, receivedAt: new Date() }
}

async function openedBy(
  hub: ConnectionParts,
  owner: CallOwner,
  granting: Granting,
  grant: Grant,
  unspent: boolean,
): Promise<Opened | undefined> {
  try {
    return await openGrant(hub, granting, owner, grant)
  } catch (error) {
    if (isHubError(error, 'PROVIDER_REJECTED')) throw new HubError('INVALID_CREDENTIALS', { cause: error })
    if (unspent || !isHubError(error) || !error.retryable) throw error
    // The refresh proved the grant, and what it won is nowhere else: it is kept, and the account asked for again soon.
    return undefined
  }
}
