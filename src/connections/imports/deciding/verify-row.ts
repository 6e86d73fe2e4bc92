import type { AuthMethod } from '../../../catalogue/schema/auth.ts'
import type { ProviderDefinition } from '../../../catalogue/schema/definition.ts'
import type { Executor } from '../../../db/database.ts'
import { HubError, isHubError } from '../../../errors.ts'
import type { Grant } from '../../../grants/grant.ts'
import { fieldsOf, withDefaults } from '../../../grants/check-field-values.ts'
import { outlastDatabase } from '../../attempts/outlast-database.ts'
import type { WonGrant } from '../../attempts/won-grant.ts'
import type { ConnectionParts } from '../../parts.ts'
import type { Connection, NewConnection } from '../../store.ts'
import { checkFields } from '../../tokens/check-fields.ts'
import { adoptKey, verifyKey } from '../../tokens/connect-key.ts'
import {
  adoptTokens,
  spendImported,
  verifyTokens,
  type ImportedTokens,
  type SpendImported,
} from '../../tokens/import-connection.ts'
import { newId } from '../../../ids.ts'
import type { ConnectionImport } from '../import-store.ts'
import { rowPlace, wonField, type ClaimedRow } from '../row-store.ts'
import type { ImportRow } from '../row-shape.ts'
import { sentenceOf } from './sentence.ts'

/** A dry run spends no refresh token: whether it is good is not known. */
export class Unspent extends Error {}

/** How a row is verified, and what it would become. */
export interface Verifier {
  /** The id of a connection that is made without a credential. */
  id: string
  method: AuthMethod
  connecting: Omit<NewConnection, 'id' | 'authKind'> & { importedAs: string }
  /** Asks the platform; gives what makes it a connection. @throws HubError as `verifyTokens` and `verifyKey`; Unspent */
  verify: () => Promise<(trx: Executor, waiting: Connection | undefined) => Promise<Connection>>
}

/** Whether only the account's person can mend what went wrong: the credential is none any more, or opens too little. */
export function isPersons(error: unknown): error is HubError {
  return isHubError(error, 'INVALID_CREDENTIALS') || isHubError(error, 'SCOPES_MISSING')
}

/** @throws HubError `INVALID_REQUEST` for credentials that are none of the method's */
export function verifierOf(
  hub: ConnectionParts,
  of: ConnectionImport,
  claimed: ClaimedRow,
  plan: { definition: ProviderDefinition; method: AuthMethod; connecting: Verifier['connecting'] },
  { tokens, credentials }: ImportRow,
): Verifier {
  const { definition, method, connecting } = plan
  const base = { id: newId('connection'), method, connecting }
  if (credentials) {
    checkShape(definition, method, credentials)
    const verify = async () => {
      const verified = await verifyKey(hub, connecting, credentials)
      return (trx: Executor, waiting?: Connection) => adoptKey(hub, trx, verified, of.actor, waiting)
    }
    return { ...base, verify }
  }
  const { expiresAt, ...given } = tokens!
  const imported = { ...given, expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt) }
  const spend = of.dryRun ? unspent : spendOnce(hub, claimed)
  const verify = async () => {
    const verified = await verifyEither(hub, connecting, imported, spend)
    return (trx: Executor, waiting?: Connection) => adoptTokens(hub, trx, verified, of.actor, waiting)
  }
  return { ...base, verify }
}

/** What does not even look like a credential is no reason to ask a person for another. */
function checkShape(definition: ProviderDefinition, method: AuthMethod, credentials: Record<string, string>): void {
  try {
    checkFields(definition, method, withDefaults(fieldsOf(method), credentials))
  } catch (error) {
    if (!isHubError(error)) throw error
    throw new HubError('INVALID_REQUEST', { message: sentenceOf(error), cause: error })
  }
}

/** The access token where it lives; where it is said to live and does not, the refresh token after all. */
async function verifyEither(
  hub: ConnectionParts,
  connecting: Verifier['connecting'],
  tokens: ImportedTokens,
  spend: SpendImported,
) {
  try {
    return await verifyTokens(hub, connecting, tokens, spend)
  } catch (error) {
    const isLeft =
      tokens.accessToken !== undefined && tokens.expiresAt !== undefined && tokens.refreshToken !== undefined
    if (!isLeft || !isHubError(error, 'INVALID_CREDENTIALS') || tokens.expiresAt! < new Date()) throw error
    return verifyTokens(hub, connecting, { refreshToken: tokens.refreshToken }, spend)
  }
}

const unspent: SpendImported = () => Promise.reject(new Unspent())

/**
 * Spends a row's refresh token once, whoever is killed meanwhile: what it wins is sealed beside the row before anything is made of
 * it, and found there by the next who has the row.
 */
function spendOnce(hub: ConnectionParts, claimed: ClaimedRow): SpendImported {
  const place = rowPlace(claimed, wonField)
  return async (granting, tokens) => {
    const found = await hub.credentials.get<WonGrant>(hub.db, place)
    if (found) return asGrant(found)
    const { leaseMs } = hub.connectionSettings.imports
    const limits = {
      timeoutMs: hub.connectionSettings.tokenCallTimeoutMs,
      // Stopped and continued, this process must not spend a token that another may have spent long ago.
      maySend: () => claimed.leaseUntilMs - Date.now() > leaseMs / 2,
    }
    const { grant, receivedAt } = await spendImported(granting, tokens, limits)
    const won: WonGrant = { grant, receivedAtMs: receivedAt.getTime() }
    await outlastDatabase(hub, 'a token of an import', () => hub.credentials.put(hub.db, place, won))
    return { grant, receivedAt }
  }
}

const asGrant = ({ grant, receivedAtMs }: WonGrant): { grant: Grant; receivedAt: Date } => ({
  grant,
  receivedAt: new Date(receivedAtMs),
})
