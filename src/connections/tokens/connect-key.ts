import type { ProviderDefinition } from '../../catalogue/schema/definition.ts'
import { writeAudit } from '../../audit/log.ts'
import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import type { Executor } from '../../db/database.ts'
import { HubError, isHubError } from '../../errors.ts'
import { fieldsOf, withDefaults } from '../../grants/check-field-values.ts'
import { scopesOf } from '../../grants/scopes.ts'
import { orHubError } from '../../grants/answers/token-error.ts'
import { newId } from '../../ids.ts'
import { holdApp } from '../../provider-apps/hold.ts'
import { checkFields } from './check-fields.ts'
import { holdPlatform } from '../platforms/hold.ts'
import { grantingOf } from '../granting.ts'
import { openGrant, type Opened } from '../health/open-grant.ts'
import type { ConnectionParts } from '../parts.ts'
import { insertConnection, lockConnection, type Connection, type NewConnection } from '../store.ts'
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
  const verified = await verifyKey(hub, connecting, fields)
  return hub.db.transaction().execute(trx => adoptKey(hub, trx, verified, actor))
}

/** A key that is good, and whose account it opens. */
export interface VerifiedKey {
  owner: Omit<NewConnection, 'authKind'> & Pick<Connection, 'config' | 'scopes'>
  won: KeyGrant
}

/** Asks the provider whose account a key opens. Keeps nothing. @throws HubError as `connectByKey` */
export async function verifyKey(
  hub: ConnectionParts,
  connecting: Omit<NewConnection, 'id' | 'authKind'>,
  fields: Record<string, string>,
): Promise<VerifiedKey> {
  const owner = { config: {}, scopes: [], ...connecting, id: newId('connection') }
  return { owner, won: await grantOfKey(hub, owner, fields) }
}

/**
 * Makes a verified key a connection, in the caller's transaction: a new one, or one that has waited for it.
 * @throws HubError as `adoptGrant` and `holdApp`
 */
export async function adoptKey(
  hub: ConnectionParts,
  trx: Executor,
  { owner, won }: VerifiedKey,
  actor: string,
  waiting?: Connection,
): Promise<Connection> {
  await holdApp(trx, owner, won.baseUrls)
  await holdPlatform(hub, trx, owner.workspaceId, won.definition)
  const made = { ...owner, authKind: won.method.kind, scopes: won.scopes }
  const connection = waiting ?? (await insertConnection(trx, made))
  const { config, ...rest } = adopted(connection, won, actor)
  return adoptGrant(hub, trx, connection, { ...rest, config: { ...(waiting && owner.config), ...config } })
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
  const won = await grantOfKey(hub, current, fields)
  return hub.db.transaction().execute(async trx => {
    const { workspaceId, id: subjectId } = current
    const connection = await lockConnection(trx, workspaceId, subjectId)
    await writeAudit(trx, { workspaceId, actor, action: 'connection.credentials_replaced', subjectId })
    return adoptGrant(hub, trx, connection, adopted(connection, won, actor))
  })
}

const adopted = ({ scopes }: Connection, { grant, account, config }: KeyGrant, actor: string) => ({
  grant,
  receivedAt: new Date(),
  account,
  config,
  scopes,
  actor,
})

interface KeyGrant extends Opened {
  definition: ProviderDefinition
  method: AuthMethod
  scopes: string[]
  baseUrls: Record<string, string>
}

async function grantOfKey(hub: ConnectionParts, owner: KeyOwner, given: Record<string, string>): Promise<KeyGrant> {
  const granting = await grantingOf(hub, owner)
  const { definition, method, way, app, call } = granting
  const fields = withDefaults(fieldsOf(method), given)
  checkFields(definition, method, fields)
  const scopes = 'defaultScopes' in method ? scopesOf(method, owner.scopes, app.scopes) : owner.scopes
  const grant = await orHubError('INVALID_CREDENTIALS', () => way.obtain({ ...call(), scopes }, { fields }))
  try {
    return { definition, method, scopes, baseUrls: app.baseUrls, ...(await openGrant(hub, granting, owner, grant)) }
  } catch (error) {
    // A refusal of another kind is no reason to think the key good.
    if (isHubError(error, 'PROVIDER_REJECTED')) throw new HubError('INVALID_CREDENTIALS', { cause: error })
    throw error
  }
}
