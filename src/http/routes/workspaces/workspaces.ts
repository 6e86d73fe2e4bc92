import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { readUrl } from '../../../outgoing/url.ts'
import { changeWorkspace, createWorkspace } from '../../../workspaces/manage.ts'
import { findWorkspace, listWorkspaces, type Workspace } from '../../../workspaces/store.ts'
import { idField, instant, nameField } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { apiKeyWithSecret, showApiKeyWithSecret } from './api-key-schema.ts'

/** No wildcard: what looks like one would be taken for one. */
const originPattern = /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$/

const origin = z
  .string()
  .max(300)
  .superRefine((text, context) => {
    const read = readUrl(text)
    if ('fault' in read) context.addIssue({ code: 'custom', message: read.fault })
    else if (read.url.origin !== text || !originPattern.test(text)) {
      const message = 'Must be an origin: https://app.example.com, without a path or a slash at the end'
      context.addIssue({ code: 'custom', message })
    }
  })
  .meta({ pattern: originPattern.source, examples: ['https://app.example.com'] })

const redirectOrigins = z
  .array(origin)
  .max(50)
  .meta({ description: 'Where the connect flow may send a person back to: exact origins' })

const workspaceSchema = z
  .strictObject({
    id: idField('workspace'),
    name: z.string(),
    redirectOrigins: z.array(z.string()),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Workspace' })

const params = z.strictObject({ workspaceId: z.string() })

/** Workspaces, which the hub's operator makes. */
export function workspaceRoutes(hub: Hub): AnyRoute[] {
  const common = { tag: 'Workspaces', access: 'admin' } as const
  return [
    route({
      ...common,
      method: 'POST',
      url: '/v1/workspaces',
      summary: 'Create a workspace',
      description: "Answers with the workspace's first API key, whose secret is shown this once.",
      body: z.strictObject({ name: nameField, redirectOrigins: redirectOrigins.default([]) }),
      status: 201,
      reply: z.strictObject({ ...workspaceSchema.shape, apiKey: apiKeyWithSecret }),
      idempotent: true,
      async handler({ body, caller }) {
        const { workspace, apiKey } = await createWorkspace(hub, caller.apiKeyId, body)
        return { ...show(workspace), apiKey: showApiKeyWithSecret(apiKey) }
      },
    }),
    route({
      ...common,
      method: 'GET',
      url: '/v1/workspaces',
      summary: 'List workspaces',
      query: pageQuery,
      reply: page(workspaceSchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { cursor, limit } }) {
        const rows = await listWorkspaces(hub.db, { after: positionAt(cursor, 'workspace'), limit: limit + 1 })
        return pageOf(rows, limit, show)
      },
    }),
    route({
      ...common,
      method: 'GET',
      url: '/v1/workspaces/:workspaceId',
      summary: 'Get a workspace',
      params,
      reply: workspaceSchema,
      errors: ['WORKSPACE_NOT_FOUND'],
      handler: async ({ params }) => show(await findWorkspace(hub.db, params.workspaceId)),
    }),
    route({
      ...common,
      method: 'PATCH',
      url: '/v1/workspaces/:workspaceId',
      summary: 'Change a workspace',
      params,
      body: z.strictObject({ name: nameField.optional(), redirectOrigins: redirectOrigins.optional() }),
      reply: workspaceSchema,
      errors: ['WORKSPACE_NOT_FOUND'],
      handler: async ({ params, body, caller }) =>
        show(await changeWorkspace(hub, caller.apiKeyId, params.workspaceId, body)),
    }),
  ]
}

function show(workspace: Workspace): z.output<typeof workspaceSchema> {
  return {
    id: workspace.id,
    name: workspace.name,
    redirectOrigins: workspace.redirectOrigins,
    createdAt: workspace.createdAt.toISOString(),
    updatedAt: workspace.updatedAt.toISOString(),
  }
}
