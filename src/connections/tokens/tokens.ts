import type { SecretPlace } from '../../credentials/key-ring.ts'
import type { Grant, Secret } from '../../grants/grant.ts'

/** Under which field a connection's secret is kept sealed. */
export const tokensField = 'tokens'

export function tokensPlace(connection: { workspaceId: string; id: string }): SecretPlace {
  return { workspaceId: connection.workspaceId, ownerId: connection.id, field: tokensField }
}

/**
 * What is kept of a grant.
 * @param former the refresh token that stays good where none is given again
 * @param found what a call told before, which a newer token does not change
 */
export function secretOf(grant: Grant, former: string | undefined, found = grant.found): Secret {
  const refreshToken = grant.refreshToken ?? former
  return {
    accessToken: grant.accessToken,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(grant.fields === undefined ? {} : { fields: grant.fields }),
    ...(found === undefined ? {} : { found }),
  }
}

/** What calls put in place, by name: the token, and what belongs to it. A refresh token goes to its endpoint only. */
export function namedSecret({
  accessToken,
  fields,
  found,
}: Pick<Secret, 'accessToken' | 'fields' | 'found'>): Record<string, string> {
  return { ...fields, ...found, accessToken }
}
