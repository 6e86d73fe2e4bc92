import { z } from 'zod'
import { HubError } from '../../../errors.ts'
import { describeProvider, summarizeProvider } from '../../../catalogue/describe.ts'
import type { ProviderDefinition } from '../../../catalogue/schema/definition.ts'
import { slug } from '../../../catalogue/schema/values.ts'
import type { Hub } from '../../../hub.ts'
import { page, pageAt, pageQueryUpTo, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const field = z.strictObject({
  name: z.string(),
  label: z.string(),
  help: z.string().nullable().meta({ description: 'Where a person finds it' }),
  pattern: z.string().nullable().meta({ description: 'What a value looks like, as a regular expression' }),
  default: z.string().nullable().meta({ description: 'What it is when nobody says; null where somebody has to' }),
  secret: z.boolean().meta({ description: 'Whether it is kept sealed and never answered' }),
})
const asked = {
  id: z.string().meta({ description: 'What `method` names when an account is connected' }),
  environments: z
    .array(z.string())
    .meta({ description: 'The environments that it is for; every one where there are none' }),
  ask: z.array(field).meta({ description: 'What `config` has to say' }),
}
const given = z.array(field).meta({ description: 'What `credentials` has to say, where that is more than `apiKey`' })

const authSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('oauth2'),
    ...asked,
    defaultScopes: z.array(z.string()),
    refreshes: z.boolean().meta({ description: 'Whether its access tokens expire and are kept fresh by the hub' }),
  }),
  z.strictObject({
    kind: z.literal('api_key'),
    ...asked,
    label: z.string(),
    help: z.string().meta({ description: 'Where a person finds the key' }),
    pattern: z.string().nullable().meta({ description: 'What a key looks like, as a regular expression' }),
    fields: given,
  }),
  z.strictObject({
    kind: z.enum(['client_credentials', 'token_exchange', 'jwt_assertion', 'app_installation', 'key_delivery', 'smtp']),
    ...asked,
    defaultScopes: z.array(z.string()),
    fields: given,
  }),
])

const modelSchema = z.strictObject({
  id: z.string(),
  collection: z.string().meta({ description: "The hub's collection that it maps to by default" }),
  description: z.string(),
  docs: z.string(),
  operations: z.array(z.enum(['read', 'create', 'update', 'delete'])),
  asks: z.array(field).meta({ description: 'What `config` of a sync has to say' }),
  incremental: z.boolean().meta({ description: 'Whether the platform can be asked for changes only' }),
  match: z.array(z.array(z.string())).meta({
    description:
      'The keys, lists of fields, by which its things join records that are there, unless a sync says others',
  }),
  fields: z.array(z.strictObject({ path: z.string(), writable: z.boolean() })),
})

const offer = {
  id: z.string(),
  own: z.boolean().meta({ description: "Whether it is the workspace's own, and not one that all have" }),
  name: z.string(),
  docs: z.string(),
  category: z
    .string()
    .nullable()
    .meta({ description: 'What kind of platform it is', examples: ['accounting'] }),
  capabilities: z.array(z.string()).meta({
    description: 'What one can do with it once an account is connected',
    examples: [['invoices', 'customers']],
  }),
  environments: z.array(z.string()).meta({ description: 'The first is the default' }),
}

const summarySchema = z
  .strictObject({
    ...offer,
    methods: z
      .array(z.strictObject({ id: z.string(), kind: z.string() }))
      .meta({ description: 'The ways to connect an account' }),
  })
  .meta({ id: 'ProviderSummary' })

const link = (description: string) => z.string().nullable().meta({ description })

export const providerSchema = z
  .strictObject({
    ...offer,
    links: z
      .strictObject({
        app: link('Where an app is registered there, or a key is made'),
        guide: link('How its way of connecting works'),
        status: link('Where it says that it is down'),
      })
      .meta({ description: 'Its pages for the people who connect it' }),
    auth: z.array(authSchema),
    scopes: z.array(z.strictObject({ name: z.string(), description: z.string() })),
    models: z.array(modelSchema),
    actions: z.array(z.strictObject({ id: z.string(), description: z.string(), model: z.string() })),
    triggers: z.array(z.strictObject({ type: z.string(), description: z.string(), model: z.string().nullable() })),
  })
  .meta({ id: 'Provider' })

export function showProvider(hub: Hub, definition: ProviderDefinition): z.output<typeof providerSchema> {
  return { ...describeProvider(definition), own: !hub.definitions.isCommon(definition.id) }
}

/** The platforms that a workspace can connect to. */
export function providerRoutes(hub: Hub): AnyRoute[] {
  const common = { tag: 'Providers', access: 'connections:read', method: 'GET' } as const
  return [
    route({
      ...common,
      url: '/v1/providers',
      summary: 'List providers',
      description:
        'In the order of their ids, those of the workspace itself included. What connecting to one takes is told by itself.',
      query: pageQueryUpTo(200),
      reply: page(summarySchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { limit, cursor }, caller }) {
        const after = positionAt(cursor, id => slug.safeParse(id).success)?.id ?? ''
        const definitions = await hub.definitions.list(hub.db, caller.workspaceId)
        const rows = definitions.filter(({ id }) => id > after).slice(0, limit + 1)
        const show = (one: ProviderDefinition) => ({
          ...summarizeProvider(one),
          own: !hub.definitions.isCommon(one.id),
        })
        return pageAt(rows, limit, show, ({ id }) => ({ id }))
      },
    }),
    route({
      ...common,
      url: '/v1/providers/:provider',
      summary: 'Get a provider',
      params: z.strictObject({ provider: z.string() }),
      reply: providerSchema,
      errors: ['PROVIDER_NOT_FOUND'],
      async handler({ params, caller }) {
        const definition = await hub.definitions.find(hub.db, caller.workspaceId, params.provider)
        if (!definition) throw new HubError('PROVIDER_NOT_FOUND')
        return showProvider(hub, definition)
      },
    }),
  ]
}
