import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { changeProviderApp, createProviderApp, removeProviderApp } from '../../../provider-apps/manage.ts'
import { secretFieldsIn } from '../../../provider-apps/fields.ts'
import { findProviderApp, listProviderApps, type ProviderApp } from '../../../provider-apps/store.ts'
import { longestOverlapSeconds, overlaps } from '../../../provider-apps/webhook-secrets.ts'
import { idField, instant, nameField } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const secret = z.string().min(1).max(10_000)
const changeable = {
  name: nameField,
  clientId: z.string().min(1).max(1_000).nullable(),
  clientSecret: secret.nullable().optional(),
  webhookSecret: secret.nullable().optional().meta({ description: 'What the provider signs its webhooks with' }),
  scopes: z
    .array(z.string().min(1).max(300))
    .max(200)
    .meta({ description: "What connections ask for when they name no scopes; empty means the provider's default" }),
  fields: z
    .record(z.string().max(50), z.string().min(1).max(20_000).nullable())
    .refine(fields => Object.keys(fields).length <= 10, 'Takes at most 10 fields')
    .optional()
    .meta({ description: "What else the provider's apps consist of, such as a private key; null removes one" }),
  baseUrls: z.record(z.string().max(300), z.string().max(2_000)).meta({
    description:
      "Replacements of the provider's origins, for sandboxes and self-hosted instances; `{host}` in a path stands for the host that is replaced",
    examples: [{ 'https://api.github.com': 'https://github.example.com/api/v3' }],
  }),
}

const overlapSeconds = z.int().min(0).max(longestOverlapSeconds).meta({
  description:
    'For how long the webhook secret before the new one is still taken; a day unless given, 0 ends it at once. Alone it changes an overlap that lasts.',
})

const providerAppSchema = z
  .strictObject({
    id: idField('providerApp'),
    provider: z.string(),
    name: z.string(),
    clientId: z.string().nullable(),
    hasClientSecret: z.boolean(),
    hasWebhookSecret: z.boolean(),
    webhookSecretOverlapEndsAt: instant
      .nullable()
      .meta({ description: 'Until then the webhook secret before the current one is taken too' }),
    scopes: z.array(z.string()),
    fields: z
      .record(z.string(), z.string())
      .meta({ description: "What else the provider's apps consist of, but for what is secret" }),
    secretFields: z.array(z.string()).meta({ description: 'The names of the secret ones that are kept' }),
    baseUrls: z.record(z.string(), z.string()),
    callbackUrl: z.string().meta({ description: 'The redirect URL to register at the provider for OAuth' }),
    webhookUrl: z.string().meta({ description: 'The address to register at the provider for webhooks' }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'ProviderApp' })

const params = z.strictObject({ providerAppId: z.string() })
const url = '/v1/provider-apps'

/** A workspace's own registrations at providers. */
export function providerAppRoutes(hub: Hub): AnyRoute[] {
  const tag = 'Provider apps'

  async function show(apps: ProviderApp[], workspaceId: string): Promise<z.output<typeof providerAppSchema>[]> {
    const ids = apps.map(app => app.id)
    const secrets = await hub.credentials.fieldsOf(hub.db, workspaceId, ids)
    const { publicUrl } = hub.config.http
    return apps.map(({ workspaceId: _, settings, ...app }) => ({
      ...app,
      fields: settings,
      secretFields: secretFieldsIn(secrets.get(app.id)),
      hasClientSecret: secrets.get(app.id)?.has('client_secret') ?? false,
      hasWebhookSecret: secrets.get(app.id)?.has('webhook_secret') ?? false,
      callbackUrl: `${publicUrl}/oauth/callback/${app.provider}`,
      webhookSecretOverlapEndsAt: overlaps(app) ? app.webhookSecretOverlapEndsAt!.toISOString() : null,
      webhookUrl: `${publicUrl}/webhooks/${app.provider}/${app.id}`,
      createdAt: app.createdAt.toISOString(),
      updatedAt: app.updatedAt.toISOString(),
    }))
  }
  const showOne = async (app: ProviderApp) => (await show([app], app.workspaceId))[0]!

  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'provider-apps:write',
      summary: 'Create a provider app',
      description: 'The client secret and the webhook secret are kept sealed and never answered.',
      body: z.strictObject({
        ...changeable,
        provider: z.string(),
        clientId: changeable.clientId.default(null),
        scopes: changeable.scopes.default([]),
        baseUrls: changeable.baseUrls.default({}),
      }),
      status: 201,
      reply: providerAppSchema,
      idempotent: true,
      errors: ['INVALID_PROVIDER', 'INVALID_URL'],
      handler: async ({ body, caller }) =>
        showOne(await createProviderApp(hub, caller.apiKeyId, caller.workspaceId, body)),
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'provider-apps:read',
      summary: 'List provider apps',
      query: pageQuery.extend({ provider: z.string().optional() }),
      reply: page(providerAppSchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { cursor, limit, provider }, caller }) {
        const list = { after: positionAt(cursor, 'providerApp'), limit: limit + 1, provider }
        const rows = pageOf(await listProviderApps(hub.db, caller.workspaceId, list), limit, row => row)
        return { ...rows, data: await show(rows.data, caller.workspaceId) }
      },
    }),
    route({
      tag,
      method: 'GET',
      url: `${url}/:providerAppId`,
      access: 'provider-apps:read',
      summary: 'Get a provider app',
      params,
      reply: providerAppSchema,
      errors: ['PROVIDER_APP_NOT_FOUND'],
      handler: async ({ params, caller }) =>
        showOne(await findProviderApp(hub.db, caller.workspaceId, params.providerAppId)),
    }),
    route({
      tag,
      method: 'PATCH',
      url: `${url}/:providerAppId`,
      access: 'provider-apps:write',
      summary: 'Change a provider app',
      description:
        'What is left out stays as it is; a secret that is null is removed. The webhook secret before a new one goes on verifying for a while. ' +
        'Base URLs stay while a connection is made with the app, and need its client secret anew.',
      params,
      body: z.strictObject({ ...changeable, webhookSecretOverlapSeconds: overlapSeconds }).partial(),
      reply: providerAppSchema,
      errors: ['PROVIDER_APP_NOT_FOUND', 'INVALID_URL', 'CONFLICT'],
      handler: async ({ params, body, caller }) =>
        showOne(await changeProviderApp(hub, caller.apiKeyId, caller.workspaceId, params.providerAppId, body)),
    }),
    route({
      tag,
      method: 'DELETE',
      url: `${url}/:providerAppId`,
      access: 'provider-apps:write',
      summary: 'Delete a provider app',
      description:
        'Its secrets are destroyed. It has to stay until all connections that were made with it are disconnected.',
      params,
      status: 204,
      reply: z.void(),
      errors: ['PROVIDER_APP_NOT_FOUND', 'CONFLICT'],
      handler: ({ params, caller }) =>
        removeProviderApp(hub, caller.apiKeyId, caller.workspaceId, params.providerAppId),
    }),
  ]
}
