import { sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import type { Grant, Secret } from '../../grants/grant.ts'
import { changeStatus } from '../change-status.ts'
import type { Account } from '../health/identity.ts'
import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import { missingScopes } from '../../grants/missing-scopes.ts'
import { methodOf } from '../method.ts'
import { secondOf, secondPlace, secondSecret, wonSecondPlace } from '../second/second-token.ts'
import { findConnection, type Connection } from '../store.ts'
import { tellIfOpen } from '../trouble/tell-store.ts'
import { tokenTimes, withEnd } from './token-times.ts'
import { secretOf, tokensPlace } from './tokens.ts'
import { findWon, forgetWon } from '../attempts/won-grant.ts'

/** A credential that a person or the caller has just given, and whose account it opens. */
export interface AdoptedGrant {
  grant: Grant
  receivedAt: Date
  /** Undefined when the provider could not say just now: it is asked again soon. */
  account: Account | undefined
  config: Record<string, string>
  /** What was asked for: what the provider says it gave comes first. */
  scopes: string[]
  actor: string
}

/**
 * Makes a verified credential a connection's own, in the caller's transaction, which has locked the connection. It raises
 * the generation, so that a refresh of the former credential that is under way comes to nothing. A refresh token that is not
 * given again is kept.
 * @throws HubError `SCOPES_MISSING`, with which in its details; `ACCOUNT_MISMATCH` when the connection is another account's, `CONFLICT` when it is being disconnected
 */
export async function adoptGrant(
  hub: ConnectionParts,
  trx: Executor,
  connection: Connection,
  adopted: AdoptedGrant,
): Promise<Connection> {
  if (connection.status === 'disconnecting' || connection.status === 'disconnected') throw new HubError('CONFLICT')
  if (adopted.account && connection.externalAccountId !== null && connection.externalAccountId !== adopted.account.id) {
    throw new HubError('ACCOUNT_MISMATCH')
  }
  const { grant, account } = adopted
  const { second } = grant
  const { method } = await methodOf(hub, connection, trx)
  assertScopes(method, grant)
  // Some platforms give a refresh token with the first consent only: the one from then stays good.
  const asksPerson = method.kind === 'oauth2' && grant.refreshToken === undefined
  const kept = asksPerson ? await formerRefreshToken(hub, trx, connection) : undefined
  const secret = secretOf(grant, kept)
  const absolute = kept === undefined ? undefined : connection.absoluteExpiresAt
  const won = tokenTimes(method, grant, secret, absolute, adopted.receivedAt)
  const refreshExpiresAt = kept === undefined ? won.refreshExpiresAt : connection.refreshExpiresAt
  const times = withEnd({ ...won, refreshExpiresAt }, adopted.receivedAt)
  await trx
    .updateTable('connections')
    .set({
      ...(account ? { external_account_id: account.id, external_account_name: account.name } : {}),
      config: JSON.stringify({ ...connection.config, ...adopted.config }),
      scopes: grant.scopes ?? adopted.scopes,
      scopes_missing: missingScopes(adopted.scopes, grant.scopes),
      generation: sql<number>`generation + 1`,
      lease_owner: null,
      lease_until: null,
      refresh_at: times.refreshAt,
      access_expires_at: times.accessExpiresAt,
      refresh_expires_at: times.refreshExpiresAt,
      absolute_expires_at: times.absoluteExpiresAt,
      ends_at: times.endsAt,
      warn_at: times.warnAt,
      refresh_failures: 0,
      first_failure_at: null,
      last_error: null,
      ambiguous_since: null,
      recovery: null,
      recovery_until: null,
      tell_at: tellIfOpen,
      ...(second ? { second: JSON.stringify(secondOf(method, second, connection.second, adopted.receivedAt)) } : {}),
      checked_at: account ? sql<Date>`now()` : null,
      check_at: sql<Date>`now() + ${account ? hub.connectionSettings.checkEveryMs : 0} * interval '1 millisecond'`,
      check_failures: 0,
      refused_at: null,
      updated_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', connection.workspaceId)
    .where('id', '=', connection.id)
    .execute()
  await hub.credentials.put(trx, tokensPlace(connection), secret)
  if (second) {
    await hub.credentials.put(trx, secondPlace(connection, second.as), secondSecret(second))
    const won = connection.second && wonSecondPlace(connection, connection.second)
    if (won) await hub.credentials.destroy(trx, won.workspaceId, won.ownerId, won.field)
  }
  await forgetWon(hub, trx, spentOf(connection))
  if (connection.status === 'connected') {
    const { workspaceId, id: subjectId } = connection
    await writeAudit(trx, { workspaceId, actor: adopted.actor, action: 'connection.reconnected', subjectId })
    return findConnection(trx, workspaceId, subjectId)
  }
  return (
    (await changeStatus(hub, trx, connection, { to: 'connected', reason: null, actor: adopted.actor })) ?? connection
  )
}

/** A connection that lacks what it cannot do without would fail later, when nobody is there who could mend it. */
function assertScopes(method: AuthMethod, grant: Grant): void {
  const missing = missingScopes(('requiredScopes' in method && method.requiredScopes) || [], grant.scopes)
  if (missing.length > 0) throw new HubError('SCOPES_MISSING', { details: { scopes: missing } })
}

const spentOf = ({ workspaceId, id: connectionId, generation }: Connection) => ({
  workspaceId,
  connectionId,
  generation,
})

/** What a refresh has won and not stored yet comes before what is stored: the latter may be spent. */
async function formerRefreshToken(
  hub: ConnectionParts,
  trx: Executor,
  connection: Connection,
): Promise<string | undefined> {
  const won = await findWon(hub, trx, spentOf(connection))
  const stored = await hub.credentials.get<Secret>(trx, tokensPlace(connection))
  return won?.grant.refreshToken ?? stored?.refreshToken
}
