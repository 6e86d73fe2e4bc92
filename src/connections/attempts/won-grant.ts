import type { SecretPlace } from '../../credentials/key-ring.ts'
import type { Executor } from '../../db/database.ts'
import type { ConnectionParts } from '../parts.ts'
import type { Grant } from '../../grants/grant.ts'

/** What was won by spending a code or a refresh token, and when. Sealed as it is, before anything is made of it. */
export interface WonGrant {
  grant: Grant
  receivedAtMs: number
}

/** The refresh token that was spent: a connection's of one generation. */
export interface SpentToken {
  workspaceId: string
  connectionId: string
  generation: number
}

/** Where it is kept: in a field for each generation, so that who comes late with a token of an old one overwrites nothing. */
export function wonPlace({ workspaceId, connectionId, generation }: SpentToken): SecretPlace {
  return { workspaceId, ownerId: connectionId, field: `won ${generation}` }
}

/**
 * Seals what a refresh has won, in a commit of its own. Whatever goes wrong after it, the next who is to spend the same
 * refresh token finds this instead: the platform may have ended the spent one.
 */
export async function sealWon(hub: ConnectionParts, spent: SpentToken, grant: Grant): Promise<WonGrant> {
  const won = { grant, receivedAtMs: Date.now() }
  await hub.credentials.put(hub.db, wonPlace(spent), won)
  return won
}

/** What was won with this refresh token before and is not the connection's yet. */
export function findWon(hub: ConnectionParts, db: Executor, spent: SpentToken): Promise<WonGrant | undefined> {
  return hub.credentials.get<WonGrant>(db, wonPlace(spent))
}

/** Forgets what was won: it is the connection's now, or the connection has something newer. */
export function forgetWon(hub: ConnectionParts, db: Executor, spent: SpentToken): Promise<void> {
  const { workspaceId, ownerId, field } = wonPlace(spent)
  return hub.credentials.destroy(db, workspaceId, ownerId, field)
}
