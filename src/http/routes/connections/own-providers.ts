import { z } from 'zod'
import {
  changeOwnPlatform,
  createOwnPlatform,
  removeOwnPlatform,
} from '../../../connections/platforms/own-platforms.ts'
import { HubError } from '../../../errors.ts'
import type { Hub } from '../../../hub.ts'
import { jsonField } from '../../fields.ts'
import { route, type AnyRoute } from '../../route.ts'
import { providerSchema, showProvider } from './providers.ts'

const definitionField = z.record(z.string(), jsonField).meta({
  description: "A definition, as JSON; the same schema checks the catalogue's: docs/providers.md",
})

/** Platforms that a workspace has of its own: definitions as data, checked as the catalogue's are. */
export function ownProviderRoutes(hub: Hub): AnyRoute[] {
  const tag = 'Providers'
  const params = z.strictObject({ provider: z.string() })
  return [
    route({
      tag,
      method: 'POST',
      url: '/v1/providers',
      access: 'provider-apps:write',
      summary: 'Add a provider of your own',
      description:
        'What is not known, private, too large or does not fit together is refused with where it stands. Its id is none of the ' +
        "catalogue's; a workspace has at most 50.",
      body: definitionField,
      status: 201,
      reply: providerSchema,
      idempotent: true,
      errors: ['CONFLICT'],
      handler: async ({ body, caller }) =>
        showProvider(hub, await createOwnPlatform(hub, caller.apiKeyId, caller.workspaceId, body)),
    }),
    route({
      tag,
      method: 'PUT',
      url: '/v1/providers/:provider',
      access: 'provider-apps:write',
      summary: 'Replace a provider of your own',
      description:
        'While there are connections to it that are not disconnected, their methods stay, and their credentials go to no other host. Other processes ' +
        'work with it within ten seconds.',
      params,
      body: definitionField,
      reply: providerSchema,
      errors: ['PROVIDER_NOT_FOUND', 'CONFLICT'],
      handler: async ({ params, body, caller }) => {
        const ref = { workspaceId: caller.workspaceId, id: params.provider }
        return showProvider(hub, await changeOwnPlatform(hub, caller.apiKeyId, ref, body))
      },
    }),
    route({
      tag,
      method: 'DELETE',
      url: '/v1/providers/:provider',
      access: 'provider-apps:write',
      summary: 'Delete a provider of your own',
      description: 'It has to stay until all connections to it are disconnected and its provider apps deleted.',
      params,
      status: 204,
      reply: z.void(),
      errors: ['PROVIDER_NOT_FOUND', 'CONFLICT'],
      handler: ({ params, caller }) =>
        removeOwnPlatform(hub, caller.apiKeyId, { workspaceId: caller.workspaceId, id: params.provider }),
    }),
    route({
      tag,
      method: 'GET',
      url: '/v1/providers/:provider/definition',
      access: 'connections:read',
      summary: "Get a provider's definition",
      description: "As it is posted: the catalogue's are examples to begin with.",
      params,
      reply: definitionField,
      errors: ['PROVIDER_NOT_FOUND'],
      async handler({ params, caller }) {
        const definition = await hub.definitions.find(hub.db, caller.workspaceId, params.provider)
        if (!definition) throw new HubError('PROVIDER_NOT_FOUND')
        return definition as unknown as z.output<typeof definitionField>
      },
    }),
  ]
}
