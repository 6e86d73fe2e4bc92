import { writeAudit } from '../../audit/log.ts'
import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import type { Secret } from '../../grants/grant.ts'
import { methodOf } from '../method.ts'
import type { ConnectionParts } from '../parts.ts'
import { freshSecond, type SecondDemand } from '../second/fresh-second.ts'
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
 * which a credential leaves the hub. Refresh tokens, and what tokens are got with, never do.
 * @param as the name of a second token, which is given in the place of the connection's own
 * @throws HubError as `freshTokens`; `INVALID_REQUEST` where there is no second token of that name
 */
export async function giveCredential(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  connectionId: string,
  as?: string,
): Promise<GivenCredential> {
  if (as !== undefined) return giveSecond(hub, { workspaceId, connectionId, as, actor })
  const { connection, tokens } = await freshTokens(hub, { workspaceId, connectionId, actor })
  const { method } = await methodOf(hub, connection)
  await writeAudit(hub.db, { workspaceId, actor, action: 'connection.credentials_read', subjectId: connectionId })
  return {
    accessToken: tokens.accessToken,
    fields: calledWith(method, tokens),
    expiresAt: connection.accessExpiresAt,
  }
}

async function giveSecond(hub: ConnectionParts, demand: SecondDemand): Promise<GivenCredential> {
  const { second, tokens } = await freshSecond(hub, demand)
  const { workspaceId, connectionId: subjectId, actor, as } = demand
  await writeAudit(hub.db, { workspaceId, actor, action: 'connection.credentials_read', subjectId, details: { as } })
  const { accessExpiresAt } = second
  return {
    accessToken: tokens.accessToken,
    fields: {},
    expiresAt: accessExpiresAt === null ? null : new Date(accessExpiresAt),
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
