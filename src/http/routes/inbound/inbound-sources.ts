import { z } from 'zod'
import { eachPath, headerName } from '../../../catalogue/schema/values.ts'
import { webhookScheme } from '../../../catalogue/schema/webhooks/schemes.ts'
import type { Hub } from '../../../hub.ts'
import { lasts } from '../../../inbound/secrets.ts'
import {
  changeSource,
  createSource,
  deleteSource,
  rotateSource,
  sourceUrl,
  type ToldSource,
} from '../../../inbound/sources/manage.ts'
import { findSource, listSources, type InboundSource } from '../../../inbound/sources/store.ts'
import { longestOverlapSeconds } from '../../../provider-apps/webhook-secrets.ts'
import { idField, instant, nameField } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const tag = 'Inbound sources'
const url = '/v1/inbound-sources'
const one = `${url}/:inboundSourceId`
const params = z.strictObject({ inboundSourceId: z.string() })

const slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,40}$/, 'must be a word in small letters')
  .meta({ description: 'What the types of its events begin with' })
const field = z.union([z.strictObject({ header: headerName }), z.strictObject({ path: eachPath })])
const scheme = webhookScheme
  .refine(({ kind }) => kind !== 'jwt' && kind !== 'certificate', 'Is of platforms alone')
  .meta({ description: 'How the sender proves itself; with `address` the key in its address is the proof' })
const read = {
  type: field.nullable().meta({
    description: 'Where the type of an event stands, in a header or in the body; `received` where nothing is there',
  }),
  deliveryId: field.nullable().meta({
    description:
      'Where its own id of what it sends stands, by which repeats are known. Without one the same content within five minutes is one event.',
  }),
}
const secret = z.string().min(1).max(10_000)
const overlapSeconds = z.int().min(0).max(longestOverlapSeconds)

const sourceSchema = z
  .strictObject({
    id: idField('inboundSource'),
    slug,
    name: z.string(),
    scheme: webhookScheme,
    ...read,
    webhookUrl: z
      .string()
      .nullable()
      .meta({ description: 'Where it sends to; null where that holds a key, which is told at its making alone' }),
    keyOverlapEndsAt: instant
      .nullable()
      .meta({ description: 'Until then the key before the current one is taken too' }),
    secretOverlapEndsAt: instant
      .nullable()
      .meta({ description: 'Until then the secret before the current one is taken too' }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'InboundSource' })

/** Senders of webhooks that are no platform. */
export function inboundSourceRoutes(hub: Hub): AnyRoute[] {
  const tell = ({ workspaceId: _, ...source }: ToldSource): z.output<typeof sourceSchema> => ({
    ...source,
    keyOverlapEndsAt: whileItLasts(source.keyOverlapEndsAt),
    secretOverlapEndsAt: whileItLasts(source.secretOverlapEndsAt),
    createdAt: source.createdAt.toISOString(),
    updatedAt: source.updatedAt.toISOString(),
  })
  const show = (source: InboundSource) => tell({ ...source, webhookUrl: sourceUrl(hub, source) })

  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'inbound:write',
      summary: 'Make a source',
      description:
        'An address for webhooks of whatever sender. What is sent there is verified, kept, and published as `<slug>.<type>`.',
      body: z.strictObject({
        slug,
        name: nameField,
        scheme,
        secret: secret.optional().meta({ description: 'What the sender signs with; none with `address`' }),
        type: read.type.default(null),
        deliveryId: read.deliveryId.default(null),
      }),
      status: 201,
      reply: sourceSchema,
      idempotent: true,
      errors: ['CONFLICT'],
      handler: async ({ body, caller }) => tell(await createSource(hub, caller.workspaceId, caller.apiKeyId, body)),
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'inbound:read',
      summary: 'List sources',
      query: pageQuery,
      reply: page(sourceSchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { cursor, limit }, caller }) {
        const list = { after: positionAt(cursor, 'inboundSource'), limit: limit + 1 }
        return pageOf(await listSources(hub.db, caller.workspaceId, list), limit, show)
      },
    }),
    route({
      tag,
      method: 'GET',
      url: one,
      access: 'inbound:read',
      summary: 'Get a source',
      params,
      reply: sourceSchema,
      errors: ['INBOUND_SOURCE_NOT_FOUND'],
      handler: async ({ params, caller }) => show(await findSource(hub.db, caller.workspaceId, params.inboundSourceId)),
    }),
    route({
      tag,
      method: 'PATCH',
      url: one,
      access: 'inbound:write',
      summary: 'Change a source',
      description: 'What is left out stays as it is. The secret before a new one goes on verifying for a while.',
      params,
      body: z
        .strictObject({
          name: nameField,
          secret,
          secretOverlapSeconds: overlapSeconds.meta({
            description: 'For how long the secret before the new one is still taken; a day unless given',
          }),
          ...read,
        })
        .partial(),
      reply: sourceSchema,
      errors: ['INBOUND_SOURCE_NOT_FOUND'],
      handler: async ({ params, body, caller }) =>
        show(await changeSource(hub, caller.workspaceId, params.inboundSourceId, caller.apiKeyId, body)),
    }),
    route({
      tag,
      method: 'POST',
      url: `${one}/rotate`,
      access: 'inbound:write',
      summary: 'Give a source another key',
      description:
        'For a source whose address is its proof. The new address is told this once; the one before is taken until the overlap ends.',
      params,
      body: z.strictObject({
        overlapSeconds: overlapSeconds.default(86_400).meta({
          description: 'For how long the address before is still taken; a day unless given, 0 ends it at once',
        }),
      }),
      reply: sourceSchema,
      idempotent: true,
      errors: ['INBOUND_SOURCE_NOT_FOUND', 'CONFLICT'],
      handler: async ({ params, body, caller }) =>
        tell(await rotateSource(hub, caller.workspaceId, params.inboundSourceId, caller.apiKeyId, body.overlapSeconds)),
    }),
    route({
      tag,
      method: 'DELETE',
      url: one,
      access: 'inbound:write',
      summary: 'Delete a source',
      description: 'Nothing that is sent there is taken any more. What has come stays.',
      params,
      status: 204,
      reply: z.void(),
      errors: ['INBOUND_SOURCE_NOT_FOUND'],
      handler: ({ params, caller }) => deleteSource(hub, caller.workspaceId, params.inboundSourceId, caller.apiKeyId),
    }),
  ]
}

const whileItLasts = (endsAt: Date | null) => (lasts(endsAt) ? endsAt!.toISOString() : null)
