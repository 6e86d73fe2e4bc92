import { writeAudit } from '../../audit/log.ts'
import { orHubError } from '../../grants/answers/token-error.ts'
import type { Secret } from '../../grants/grant.ts'
import type { WonGrant } from '../attempts/won-grant.ts'
import { publishEvents } from '../../delivery/events/publish.ts'
import { eventData, reconnectUrlOf } from '../events/event-data.ts'
import type { Granting } from '../granting.ts'
import type { ConnectionParts } from '../parts.ts'
import type { Connection } from '../store.ts'
import { changeSecond } from './second-store.ts'
import { secondPlace, wonSecondPlace, type SecondToken } from './second-token.ts'

/** Writes that a second token is dead, into the audit log too, and tells it by `connection.second_token_expired`; the connection and its own token stay as they are. */
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
    const { as, externalAccountId } = second
    const data = { ...eventData(hub, connection), secondToken: { as, externalAccountId } }
    const event = {
      type: 'connection.second_token_expired',
      data: { ...data, reconnectUrl: reconnectUrlOf(hub, connection) },
    }
    await publishEvents(hub, trx, workspaceId, [event])
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
  if (!second) return
  const won = await hub.credentials.get<WonGrant>(hub.db, wonSecondPlace(connection, second))
  const tokens = won?.grant ?? (await hub.credentials.get<Secret>(hub.db, secondPlace(connection, second.as)))
  if (tokens) await orHubError('OAUTH_FAILED', () => way.end(call(), tokens))
}
