import { z } from 'zod'
import { findConnection } from '../../../connections/store.ts'
import type { Hub } from '../../../hub.ts'
import {
  changeAddress,
  createAddress,
  deleteAddress,
  rotateAddress,
  type ToldAddress,
} from '../../../inbound/addresses/manage.ts'
import { lasts } from '../../../inbound/secrets.ts'
import { findAddress, listAddresses, type WebhookAddress } from '../../../inbound/addresses/store.ts'
import { longestOverlapSeconds } from '../../../provider-apps/webhook-secrets.ts'
import { idField, instant } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute, type Caller } from '../../route.ts'

const tag = 'Webhook addresses'
const url = '/v1/connections/:connectionId/webhook-addresses'
const one = `${url}/:webhookAddressId`
const connectionParams = z.strictObject({ connectionId: z.string() })
const params = z.strictObject({ connectionId: z.string(), webhookAddressId: z.string() })

const changeable = {
  name: z.string().max(200).meta({ description: 'What people call it' }),
  topics: z.array(z.url().max(2_000)).max(50).meta({
    description: 'The feeds that a WebSub hub was asked for: its questions about others are not answered',
  }),
}
const secret = z.string().min(1).max(1_000)
const overlap = z.int().min(0).max(longestOverlapSeconds).default(86_400)

const addressSchema = z
  .strictObject({
    id: idField('webhookAddress'),
    connectionId: idField('connection'),
    provider: z.string(),
    providerAppId: z.string().nullable(),
    ...changeable,
    hasSecret: z.boolean().meta({ description: "Whether it has a secret of its own; else its app's verifies" }),
    keyOverlapEndsAt: instant
      .nullable()
      .meta({ description: 'Until then the key before the current one is taken too' }),
    secretOverlapEndsAt: instant
      .nullable()
      .meta({ description: 'Until then the secret before the current one is taken too' }),
    learnsUntil: instant.nullable().meta({ description: "Until then the platform's handshake may bring a new secret" }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'WebhookAddress' })

const toldSchema = addressSchema
  .extend({ webhookUrl: z.string().meta({ description: 'The address to register at the platform; not told again' }) })
  .meta({ id: 'ToldWebhookAddress' })

/** Addresses for the webhooks of one connection, where what the platform sends does not say whose it is. */
export function webhookAddressRoutes(hub: Hub): AnyRoute[] {
  const show = async (addresses: WebhookAddress[], workspaceId: string): Promise<z.output<typeof addressSchema>[]> => {
    const ids = addresses.map(address => address.id)
    const secrets = await hub.credentials.fieldsOf(hub.db, workspaceId, ids)
    return addresses.map(({ workspaceId: _, ...address }) => ({
      ...address,
      hasSecret: secrets.get(address.id)?.has('webhook_secret') ?? false,
      keyOverlapEndsAt: whileItLasts(address.keyOverlapEndsAt),
      secretOverlapEndsAt: whileItLasts(address.secretOverlapEndsAt),
      learnsUntil: whileItLasts(address.learnsUntil),
      createdAt: address.createdAt.toISOString(),
      updatedAt: address.updatedAt.toISOString(),
    }))
  }
  const showOne = async (address: WebhookAddress) => (await show([address], address.workspaceId))[0]!
  const tell = async ({ webhookUrl, ...address }: ToldAddress) => ({ ...(await showOne(address)), webhookUrl })

  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'inbound:write',
      summary: 'Make an address for webhooks of a connection',
      description:
        'What is sent there goes to this connection alone, whatever account it names. The key in the address is told this once. ' +
        'With a `secret` of its own that verifies; without one the secret of its app.',
      params: connectionParams,
      body: z.strictObject({ ...changeable, secret }).partial(),
      status: 201,
      reply: toldSchema,
      idempotent: true,
      errors: ['CONNECTION_NOT_FOUND', 'CONFLICT'],
      handler: async ({ params: { connectionId }, body, caller }) =>
        tell(await createAddress(hub, caller.workspaceId, connectionId, caller.apiKeyId, body)),
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'inbound:read',
      summary: 'List the addresses of a connection',
      params: connectionParams,
      query: pageQuery,
      reply: page(addressSchema),
      errors: ['CONNECTION_NOT_FOUND', 'INVALID_CURSOR'],
      async handler({ params: { connectionId }, query: { cursor, limit }, caller: { workspaceId } }) {
        await findConnection(hub.db, workspaceId, connectionId)
        const list = { after: positionAt(cursor, 'webhookAddress'), limit: limit + 1 }
        const found = pageOf(await listAddresses(hub.db, workspaceId, connectionId, list), limit, row => row)
        return { ...found, data: await show(found.data, workspaceId) }
      },
    }),
    route({
      tag,
      method: 'GET',
      url: one,
      access: 'inbound:read',
      summary: 'Get an address',
      params,
      reply: addressSchema,
      errors: ['WEBHOOK_ADDRESS_NOT_FOUND'],
      handler: async ({ params, caller }) => showOne(await findAddress(hub.db, refOf(params, caller))),
    }),
    route({
      tag,
      method: 'PATCH',
      url: one,
      access: 'inbound:write',
      summary: 'Change an address',
      description:
        'What is left out stays as it is; a secret that is null is removed. `learnForSeconds` lets the handshake of a new registration bring a new secret.',
      params,
      body: z
        .strictObject({
          ...changeable,
          secret: secret.nullable(),
          secretOverlapSeconds: z.int().min(0).max(longestOverlapSeconds).meta({
            description: 'For how long the secret before the new one is still taken; a day unless given',
          }),
          learnForSeconds: z
            .int()
            .min(0)
            .max(3_600)
            .meta({ description: "For how long the platform's handshake may bring a new secret" }),
        })
        .partial(),
      reply: addressSchema,
      errors: ['WEBHOOK_ADDRESS_NOT_FOUND'],
      handler: async ({ params, body, caller }) =>
        showOne(await changeAddress(hub, refOf(params, caller), caller.apiKeyId, body)),
    }),
    route({
      tag,
      method: 'POST',
      url: `${one}/rotate`,
      access: 'inbound:write',
      summary: 'Give an address another key',
      description: 'The new address is told this once; the one before is taken until the overlap ends.',
      params,
      body: z.strictObject({
        overlapSeconds: overlap.meta({
          description: 'For how long the address before is still taken; a day unless given, 0 ends it at once',
        }),
      }),
      reply: toldSchema,
      idempotent: true,
      errors: ['WEBHOOK_ADDRESS_NOT_FOUND'],
      handler: async ({ params, body: { overlapSeconds }, caller }) =>
        tell(await rotateAddress(hub, refOf(params, caller), caller.apiKeyId, overlapSeconds)),
    }),
    route({
      tag,
      method: 'DELETE',
      url: one,
      access: 'inbound:write',
      summary: 'Delete an address',
      description: 'Its secrets are destroyed, and nothing that is sent there is taken any more.',
      params,
      status: 204,
      reply: z.void(),
      errors: ['WEBHOOK_ADDRESS_NOT_FOUND'],
      handler: ({ params, caller }) => deleteAddress(hub, refOf(params, caller), caller.apiKeyId),
    }),
  ]
}

const refOf = ({ connectionId, webhookAddressId: id }: z.output<typeof params>, { workspaceId }: Caller) => ({
  ...{ workspaceId, connectionId, id },
})

const whileItLasts = (endsAt: Date | null) => (lasts(endsAt) ? endsAt!.toISOString() : null)
