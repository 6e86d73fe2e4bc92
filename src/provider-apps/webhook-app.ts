import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import { isId } from '../ids.ts'
import { overlaps } from './webhook-secrets.ts'

/** Whose webhooks an address receives; the environment's app belongs to no workspace. */
export interface WebhookApp {
  workspaceId: string | null
  providerAppId: string | null
  /** What a platform may sign with: the app's secret, and while an overlap lasts the one before it. */
  webhookSecrets: string[]
}

/**
 * The app at `/webhooks/:provider/:app`, or with null at `/webhooks/:provider`, whatever its workspace: a provider's webhook
 * carries no API key. The caller trusts nothing until one of the secrets has verified the bytes.
 * @throws HubError `WEBHOOK_NOT_FOUND` when there is no such app or it has no webhook secret
 */
export async function webhookApp(hub: Foundation, provider: string, providerAppId: string | null): Promise<WebhookApp> {
  if (providerAppId === null) {
    const secret = hub.config.providerApps.get(provider)?.webhookSecret
    if (secret === undefined) throw new HubError('WEBHOOK_NOT_FOUND')
    return { workspaceId: null, providerAppId, webhookSecrets: [secret] }
  }
  const app = await findAddressedApp(hub, provider, providerAppId)
  if (!app) throw new HubError('WEBHOOK_NOT_FOUND')
  const fields = overlaps(app) ? (['webhook_secret', 'webhook_secret_before'] as const) : (['webhook_secret'] as const)
  const secrets = await hub.credentials.getFields<Record<string, string>>(hub.db, app.workspaceId, [app.id], fields)
  const webhookSecrets = fields.flatMap(field => secrets[field]?.get(app.id) ?? [])
  if (webhookSecrets.length === 0) throw new HubError('WEBHOOK_NOT_FOUND')
  return { workspaceId: app.workspaceId, providerAppId, webhookSecrets }
}

/** Addresses that lead nowhere, of each hub: asked again and again they cost no query. */
const nowhere = new WeakMap<Foundation, Map<string, number>>()
const rememberedMs = 10_000
const mostRemembered = 10_000

async function findAddressedApp(hub: Foundation, provider: string, id: string) {
  if (!isId('providerApp', id)) return undefined
  const known = nowhere.get(hub) ?? nowhere.set(hub, new Map()).get(hub)!
  const address = `${provider}/${id}`
  const until = known.get(address)
  if (until !== undefined && until > Date.now()) return undefined
  const app = await hub.db
    .selectFrom('provider_apps')
    .select(['id', 'workspace_id as workspaceId', 'webhook_secret_overlap_ends_at as webhookSecretOverlapEndsAt'])
    .where('id', '=', id)
    .where('provider', '=', provider)
    .executeTakeFirst()
  known.delete(address)
  // Nobody knows the id of an app before it is made, so what was nothing stays nothing.
  if (!app) known.set(address, Date.now() + rememberedMs)
  if (known.size > mostRemembered) known.delete(known.keys().next().value!)
  return app
}
