import { writeAudit } from '../../audit/log.ts'
import type { ConnectionParts } from '../parts.ts'
import type { Grant } from '../../grants/grant.ts'
import { findProvider } from '../../catalogue/find.ts'
import { openAttempt } from './attempt-account.ts'
import { attemptPlace, type ConnectAttempt } from './attempt-store.ts'
import { liveConnectionOfGrant } from '../of-app.ts'
import { grantingOf } from '../granting.ts'
import { findConnection } from '../store.ts'
import type { WonGrant } from './won-grant.ts'

/** What became of a grant that nobody can use. `shared`: a living connection may depend on it. */
type Discarded = 'revoked' | 'shared' | 'not_revocable' | 'not_revoked'

/**
 * Revokes what a failed attempt was given, and destroys it: a token that nobody has is still good for whoever finds it. One
 * try, bounded in time; what came of it is in the audit log. Where a living connection may hold the same grant nothing is
 * revoked: at many platforms that ends every token of the account.
 */
export async function discardGrant(hub: ConnectionParts, attempt: ConnectAttempt, actor: string): Promise<void> {
  const { workspaceId, id: attemptId, connectionId } = attempt
  const won = await hub.credentials.get<WonGrant>(hub.db, attemptPlace(attempt, 'grant'))
  if (!won) return
  const grant = await endGrant(hub, attempt, won).catch((error: unknown): Discarded => {
    hub.log.warn({ err: error, workspaceId, attemptId }, 'the grant of a failed attempt was not revoked')
    return 'not_revoked'
  })
  await hub.db.transaction().execute(async trx => {
    await hub.credentials.destroy(trx, workspaceId, attemptId)
    const details = { attemptId, grant }
    await writeAudit(trx, {
      workspaceId,
      actor,
      action: 'connection.grant_discarded',
      subjectId: connectionId,
      details,
    })
  })
}

async function endGrant(hub: ConnectionParts, attempt: ConnectAttempt, { grant }: WonGrant): Promise<Discarded> {
  const connection = await findConnection(hub.db, attempt.workspaceId, attempt.connectionId)
  const { way, call } = await grantingOf(hub, { ...connection, method: attempt.method })
  if (!way.ends) return 'not_revocable'
  const accountId = await accountIdOf(hub, attempt, grant)
  if (await liveConnectionOfGrant(hub.db, connection, accountId)) return 'shared'
  const { second } = grant
  const ended = await way.end(call(), grant)
  if (second) await way.end(call(), second)
  return ended ? 'revoked' : 'not_revocable'
}

/** Whose account it is; undefined when that cannot be told. */
async function accountIdOf(hub: ConnectionParts, attempt: ConnectAttempt, grant: Grant): Promise<string | undefined> {
  const { identity } = await findProvider(hub, attempt.workspaceId, attempt.provider)
  const named = 'captured' in identity ? identity : identity.id
  const captured =
    typeof named === 'string' ? undefined : (grant.captured?.[named.captured] ?? attempt.captured[named.captured])
  if (captured !== undefined) return captured
  return (await openAttempt(hub, attempt, grant).catch(() => undefined))?.account.id
}
