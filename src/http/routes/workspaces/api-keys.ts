import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { findApiKey, listApiKeys } from '../../../workspaces/api-keys.ts'
import { createApiKey, removeApiKey } from '../../../workspaces/manage.ts'
import { findWorkspace } from '../../../workspaces/store.ts'
import { instant, nameField } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { apiKeySchema, apiKeyWithSecret, grantSchema, showApiKey, showApiKeyWithSecret } from './api-key-schema.ts'

const newKey = z.strictObject({
  name: nameField,
  permissions: z
    .array(grantSchema)
    .min(1)
    .optional()
    .meta({ description: 'No more than the key that makes it has; the same when left out' }),
  expiresAt: instant
    .refine(text => Date.parse(text) > Date.now(), 'Must lie in the future')
    .nullable()
    .default(null),
})

const params = z.strictObject({ apiKeyId: z.string() })

/** A workspace's API keys. */
export function apiKeyRoutes(hub: Hub): AnyRoute[] {
  const tag = 'API keys'
  const url = '/v1/api-keys'
  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'api-keys:write',
      summary: 'Create an API key',
      description: 'The secret is in this answer and cannot be had again.',
      body: newKey,
      status: 201,
      reply: apiKeyWithSecret,
      idempotent: true,
      async handler({ body, caller }) {
        const maker = { actor: caller.apiKeyId, grants: caller.grants }
        return showApiKeyWithSecret(await createApiKey(hub, maker, caller.workspaceId, withDate(body)))
      },
    }),
    route({
      tag,
      method: 'POST',
      url: '/v1/workspaces/:workspaceId/api-keys',
      access: 'admin',
      summary: 'Create an API key for a workspace',
      description:
        'For a workspace that has lost all of its keys. The secret is in this answer and cannot be had again.',
      params: z.strictObject({ workspaceId: z.string() }),
      body: newKey,
      status: 201,
      reply: apiKeyWithSecret,
      idempotent: true,
      errors: ['WORKSPACE_NOT_FOUND'],
      async handler({ params, body, caller }) {
        const { id } = await findWorkspace(hub.db, params.workspaceId)
        const maker = { actor: caller.apiKeyId, grants: ['*'] as const }
        return showApiKeyWithSecret(await createApiKey(hub, maker, id, withDate(body)))
      },
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'api-keys:read',
      summary: 'List API keys',
      description: 'Newest first, revoked and expired ones included.',
      query: pageQuery,
      reply: page(apiKeySchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { cursor, limit }, caller }) {
        const list = { after: positionAt(cursor, 'apiKey'), limit: limit + 1 }
        return pageOf(await listApiKeys(hub.db, caller.workspaceId, list), limit, showApiKey)
      },
    }),
    route({
      tag,
      method: 'GET',
      url: `${url}/:apiKeyId`,
      access: 'api-keys:read',
      summary: 'Get an API key',
      params,
      reply: apiKeySchema,
      errors: ['API_KEY_NOT_FOUND'],
      handler: async ({ params, caller }) => showApiKey(await findApiKey(hub.db, caller.workspaceId, params.apiKeyId)),
    }),
    route({
      tag,
      method: 'DELETE',
      url: `${url}/:apiKeyId`,
      access: 'api-keys:write',
      summary: 'Revoke an API key',
      description: 'It stops opening within 2 seconds, for good. It stays in the list.',
      params,
      status: 204,
      reply: z.void(),
      errors: ['API_KEY_NOT_FOUND'],
      handler: ({ params, caller }) => removeApiKey(hub, caller.apiKeyId, caller.workspaceId, params.apiKeyId),
    }),
  ]
}

function withDate({ expiresAt, ...key }: z.output<typeof newKey>) {
  return { ...key, expiresAt: expiresAt === null ? null : new Date(expiresAt) }
}
