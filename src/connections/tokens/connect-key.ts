import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import { HubError, isHubError } from '../../errors.ts'
import type { Grant } from '../../grants/grant.ts'
import { orHubError } from '../../grants/answers/token-error.ts'
import { newId } from '../../ids.ts'
import { holdApp } from '../../provider-apps/hold.ts'
import { checkFields } from './check-fields.ts'
import { grantingOf } from '../granting.ts'
import { identify, type Account } from '../health/identity.ts'
import type { ConnectionParts } from '../parts.ts'
import { insertConnection, lockConnection, type Connection, type NewConnection } from '../store.ts'
import { targetOf } from '../../calls/target.ts'
import { namedSecret } from './tokens.ts'
import { adoptGrant } from './adopt-grant.ts'

type KeyOwner = Pick<
  Connection,
  'id' | 'workspaceId' | 'provider' | 'providerAppId' | 'environment' | 'method' | 'config' | 'scopes'
>

/**
 * Connects an account by what the caller gives, such as its API key, after the provider has said whose it is. What is not
 * good leaves nothing behind.
 * @throws HubError `INVALID_CREDENTIALS`, `INVALID_REQUEST`; `PROVIDER_ERROR`, `PROVIDER_UNREACHABLE`, `RATE_LIMITED`
 */
export async function connectByKey(
  hub: ConnectionParts,
  connecting: Omit<NewConnection, 'id' | 'authKind'>,
  fields: Record<string, string>,
  actor: string,
): Promise<Connection> {
  const owner = { config: {}, scopes: [], ...connecting, id: newId('connection') }
  const { method, grant, account, baseUrls } = await grantOfKey(hub, owner, fields)
  return hub.db.transaction().execute(async trx => {
    await holdApp(trx, owner, baseUrls)
    const connection = await insertConnection(trx, { ...owner, authKind: method.kind })
    return adoptGrant(hub, trx, connection, adopted(connection, grant, account, actor))
  })
}

/**
 * Replaces the key of a connection, for the same account.
 * @throws HubError as `connectByKey`, and `ACCOUNT_MISMATCH`, `CONFLICT`
 */
export async function replaceKey(
  hub: ConnectionParts,
  current: Connection,
  fields: Record<string, string>,
  actor: string,
): Promise<Connection> {
  const { grant, account } = await grantOfKey(hub, current, fields)
  return hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, current.workspaceId, current.id)
    return adoptGrant(hub, trx, connection, adopted(connection, grant, account, actor))
  })
}

const adopted = ({ scopes }: Connection, grant: Grant, account: Account, actor: string) => ({
  grant,
  receivedAt: new Date(),
  account,
  config: grant.captured ?? {},
  scopes,
  actor,
})

interface KeyGrant {
  method: AuthMethod
  grant: Grant
  account: Account
  baseUrls: Record<string, string>
}

async function grantOfKey(hub: ConnectionParts, owner: KeyOwner, fields: Record<string, string>): Promise<KeyGrant> {
  const { definition, method, way, app, call } = await grantingOf(hub, owner)
  checkFields(definition, method, fields)
  const grant = await orHubError('INVALID_CREDENTIALS', () => way.obtain(call(), { fields }))
  const known = { ...owner, config: { ...owner.config, ...grant.captured } }
  try {
    const account = await identify(hub, targetOf(definition, method, known, app, namedSecret(grant)))
    return { method, grant, account, baseUrls: app.baseUrls }
  } catch (error) {
    // A refusal of another kind is no reason to think the key good.
    if (isHubError(error, 'PROVIDER_REJECTED')) throw new HubError('INVALID_CREDENTIALS', { cause: error })
    throw error
  }
}
