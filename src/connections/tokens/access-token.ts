import { writeAudit } from '../../audit/log.ts'
import type { ConnectionParts } from '../parts.ts'
import { freshTokens } from './fresh-tokens.ts'

/** A credential that leaves the hub. */
export interface GivenCredential {
  accessToken: string
  /** Null when it does not expire. */
  expiresAt: Date | null
}

/**
 * Gives the caller the live access token (or key) of a connection, and writes that into the audit log first: the one way by
 * which a credential leaves the hub. Refresh tokens never do. @throws HubError as `freshTokens`
 */
export async function giveCredential(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  connectionId: string,
): Promise<GivenCredential> {
  const { connection, tokens } = await freshTokens(hub, { workspaceId, connectionId, actor })
  await writeAudit(hub.db, { workspaceId, actor, action: 'connection.credentials_read', subjectId: connectionId })
  return { accessToken: tokens.accessToken, expiresAt: connection.accessExpiresAt }
}
