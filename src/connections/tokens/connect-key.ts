import { HubError, isHubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { newId } from '../../ids.ts'
import type { TokenGrant } from '../../grants/token-answer.ts'
import { holdApp } from '../../provider-apps/hold.ts'
import { appSettings } from '../../provider-apps/store.ts'
import { targetOf } from '../../calls/target.ts'
import { fitsPattern } from '../../catalogue/pattern.ts'
import { findProvider } from '../../catalogue/find.ts'
import { adoptGrant } from './adopt-grant.ts'
import { identify, type Account } from '../health/identity.ts'
import { insertConnection, lockConnection, type Connection, type NewConnection } from '../store.ts'

/** What a key opens is for as long as it is not withdrawn. */
const keyGrant = (apiKey: string): TokenGrant => ({
  accessToken: apiKey,
  refreshToken: undefined,
  scopes: undefined,
  expiresInMs: undefined,
  refreshExpiresInMs: undefined,
})

type KeyOwner = Pick<Connection, 'id' | 'workspaceId' | 'provider' | 'providerAppId' | 'environment' | 'config'>

/**
 * Connects an account by its API key, after the provider has said whose it is. A key that is not good leaves nothing behind.
 * @throws HubError `INVALID_CREDENTIALS`; `PROVIDER_ERROR`, `PROVIDER_UNREACHABLE`, `RATE_LIMITED`
 */
export async function connectByKey(
  hub: ConnectionParts,
  connecting: Omit<NewConnection, 'id' | 'authKind'>,
  apiKey: string,
  actor: string,
): Promise<Connection> {
  const owner = { config: {}, ...connecting, id: newId('connection') }
  const { account, baseUrls } = await accountOfKey(hub, owner, apiKey)
  return hub.db.transaction().execute(async trx => {
    await holdApp(trx, owner, baseUrls)
    const connection = await insertConnection(trx, { ...owner, authKind: 'api_key' })
    return adoptGrant(hub, trx, connection, {
      grant: keyGrant(apiKey),
      receivedAt: new Date(),
      account,
      config: {},
      scopes: connection.scopes,
      actor,
    })
  })
}

/**
 * Replaces the key of a connection, for the same account.
 * @throws HubError as `connectByKey`, and `ACCOUNT_MISMATCH`, `CONFLICT`
 */
export async function replaceKey(
  hub: ConnectionParts,
  current: Connection,
  apiKey: string,
  actor: string,
): Promise<Connection> {
  const { account } = await accountOfKey(hub, current, apiKey)
  return hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, current.workspaceId, current.id)
    return adoptGrant(hub, trx, connection, {
      grant: keyGrant(apiKey),
      receivedAt: new Date(),
      account,
      config: {},
      scopes: connection.scopes,
      actor,
    })
  })
}

async function accountOfKey(
  hub: ConnectionParts,
  owner: KeyOwner,
  apiKey: string,
): Promise<{ account: Account; baseUrls: Record<string, string> }> {
  const definition = await findProvider(hub, owner.workspaceId, owner.provider)
  const method = definition.auth.find(candidate => candidate.kind === 'api_key')
  if (!method) throw new HubError('INVALID_REQUEST', { message: `${definition.name} does not connect by key.` })
  if (method.pattern !== undefined && !fitsPattern(method.pattern, apiKey)) {
    throw new HubError('INVALID_CREDENTIALS', { message: `This does not look like a ${definition.name} key.` })
  }
  const settings = await appSettings(hub, owner)
  try {
    const target = targetOf(definition, method, owner, settings, { accessToken: apiKey })
    return { account: await identify(hub, target), baseUrls: settings.baseUrls }
  } catch (error) {
    // A refusal of another kind is no reason to think the key good.
    if (isHubError(error, 'PROVIDER_REJECTED')) throw new HubError('INVALID_CREDENTIALS', { cause: error })
    throw error
  }
}
