import { writeAudit } from '../../audit/log.ts'
import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import type { Secret } from '../../grants/grant.ts'
import { methodOf } from '../method.ts'
import type { ConnectionParts } from '../parts.ts'
import { freshTokens } from './fresh-tokens.ts'

/** A credential that leaves the hub. */
export interface GivenCredential {
  accessToken: string
  /** Its parts by name, where it has several. */
  fields: Record<string, string>
  /** Null when it does not expire. */
  expiresAt: Date | null
}

/**
 * Gives the caller the live access token (or key) of a connection, and writes that into the audit log first: the one way by
 * which a credential leaves the hub. Refresh tokens, and what tokens are got with, never do. @throws HubError as `freshTokens`
 */
export async function giveCredential(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  connectionId: string,
): Promise<GivenCredential> {
  const { connection, tokens } = await freshTokens(hub, { workspaceId, connectionId, actor })
  const { method } = await methodOf(hub, connection)
  await writeAudit(hub.db, { workspaceId, actor, action: 'connection.credentials_read', subjectId: connectionId })
  return {
    accessToken: tokens.accessToken,
    fields: calledWith(method, tokens),
    expiresAt: connection.accessExpiresAt,
  }
}

/** The parts that calls are made with: all of a key, and those that a call carries of what an answer or a look gave. */
function calledWith(method: AuthMethod, { fields = {}, found = {} }: Secret): Record<string, string> {
  const whole = method.kind === 'api_key' || method.kind === 'key_delivery' || method.kind === 'smtp' ? fields : {}
  // What a proof is computed with is no part of what a call says.
  const said = [method.placement ?? []].flat().filter(part => part.in !== 'query-hmac')
  const carried = JSON.stringify(said)
  const named = Object.entries({ ...fields, ...found }).filter(([name]) => carried.includes(`{${name}}`))
  return { ...Object.fromEntries(named), ...whole }
}
