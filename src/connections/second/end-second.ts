import { writeAudit } from '../../audit/log.ts'
import { orHubError } from '../../grants/answers/token-error.ts'
import type { Secret } from '../../grants/grant.ts'
import type { Granting } from '../granting.ts'
import type { ConnectionParts } from '../parts.ts'
import type { Connection } from '../store.ts'
import { changeSecond } from './second-store.ts'
import { secondPlace, type SecondToken } from './second-token.ts'

/** Writes that a second token is dead, and into the audit log; the connection and its own token stay as they are. */
export async function endSecond(
  hub: ConnectionParts,
  connection: Connection,
  second: SecondToken,
  actor: string,
): Promise<void> {
  const { workspaceId, id: subjectId } = connection
  await hub.db.transaction().execute(async trx => {
    if (!(await changeSecond(trx, connection, second, { status: 'needs_reauth', leaseUntil: null }))) return
    const details = { as: second.as, from: second.status, to: 'needs_reauth' }
    await writeAudit(trx, { workspaceId, actor, action: 'connection.second_token', subjectId, details })
  })
}

/**
 * Ends a connection's second token at the platform, where it has one.
 * @throws HubError `PROVIDER_ERROR`, `PROVIDER_UNREACHABLE`, `RATE_LIMITED` (try again); others for good
 */
export async function revokeSecond(
  hub: ConnectionParts,
  { way, call }: Granting,
  connection: Connection,
): Promise<void> {
  const { second } = connection
  const tokens = second && (await hub.credentials.get<Secret>(hub.db, secondPlace(connection, second.as)))
  if (tokens) await orHubError('OAUTH_FAILED', () => way.end(call(), tokens))
}
