import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { decideOffered } from '../../../provider-apps/offered-secret.ts'
import { route, type AnyRoute, type Caller } from '../../route.ts'

const tag = 'Provider apps'
const url = '/v1/provider-apps/:providerAppId/offered-webhook-secret'
const access = 'provider-apps:write'
const params = z.strictObject({ providerAppId: z.string() })
const reply = z.strictObject({ secret: z.string() }).meta({ id: 'OfferedWebhookSecret' })
const errors = ['PROVIDER_APP_NOT_FOUND' as const, 'CONFLICT' as const]

/** Secrets that platforms send to an app's webhook address, for a person to confirm. */
export function offeredSecretRoutes(hub: Hub): AnyRoute[] {
  const decide = (
    { params: { providerAppId: id }, caller }: { params: z.output<typeof params>; caller: Caller },
    decision: 'read' | 'take' | 'discard',
  ) => decideOffered(hub, { workspaceId: caller.workspaceId, id }, caller.apiKeyId, decision)
  return [
    route({
      ...{ tag, url, access, params, reply, errors, method: 'GET' as const },
      summary: 'Read the webhook secret that the platform has sent',
      description:
        'Some platforms send the secret to the webhook address, unsigned, and ask a person to paste it into their page. Anybody who knows the address can send one: take it once the platform has accepted it. Written to the audit log.',
      handler: async call => ({ secret: await decide(call, 'read') }),
    }),
    route({
      ...{ tag, url: `${url}/take`, access, params, errors, method: 'POST' as const },
      summary: 'Take the secret that the platform has sent',
      description: "From then on it is the app's webhook secret.",
      status: 204,
      reply: z.void(),
      handler: async call => void (await decide(call, 'take')),
    }),
    route({
      ...{ tag, url, access, params, errors, method: 'DELETE' as const },
      summary: 'Discard the secret that the platform has sent',
      description: 'The next that comes is kept in its place.',
      status: 204,
      reply: z.void(),
      handler: async call => void (await decide(call, 'discard')),
    }),
  ]
}
