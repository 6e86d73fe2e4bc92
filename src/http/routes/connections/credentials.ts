import { z } from 'zod'
import { replaceCredentials } from '../../../connections/tokens/replace-credentials.ts'
import type { Hub } from '../../../hub.ts'
import { route, type AnyRoute } from '../../route.ts'
import { connectionSchema, showConnection } from './connection-schema.ts'

const fields = z
  .record(z.string().max(50), z.string().min(1).max(20_000))
  .refine(given => Object.keys(given).length <= 10, 'Takes at most 10 fields')
  .meta({ description: "What the connection's method asks for, by the names of its fields" })

/** A connection's credentials, written by the caller; they are read at `/token`. */
export function connectionCredentialsRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Connections',
      method: 'PUT',
      url: '/v1/connections/:connectionId/credentials',
      access: 'connections:write',
      summary: 'Replace the credentials',
      description:
        'The new ones are verified first: what the platform refuses, and what opens another account, changes nothing. From then ' +
        'on calls and syncs use them, and a refresh of the former ones that is under way comes to nothing. A connection that its ' +
        'person made at the platform is connected again by `POST /v1/connections/{connectionId}/reconnect`.',
      params: z.strictObject({ connectionId: z.string() }),
      body: z.strictObject({ credentials: fields }),
      reply: connectionSchema,
      errors: ['CONNECTION_NOT_FOUND', 'CONFLICT', 'INVALID_CREDENTIALS', 'ACCOUNT_MISMATCH', 'PROVIDER_UNREACHABLE'],
      handler: async ({ params, body, caller }) =>
        showConnection(
          await replaceCredentials(hub, caller.apiKeyId, caller.workspaceId, params.connectionId, body.credentials),
        ),
    }),
  ]
}
