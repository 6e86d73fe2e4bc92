import type { SecretPlace } from '../../credentials/key-ring.ts'

/** A connection's secret: its OAuth tokens, or its key as the access token. Kept sealed under the field `tokens`. */
export interface ConnectionTokens {
  accessToken: string
  refreshToken?: string
}

export const tokensField = 'tokens'

export function tokensPlace(connection: { workspaceId: string; id: string }): SecretPlace {
  return { workspaceId: connection.workspaceId, ownerId: connection.id, field: tokensField }
}
