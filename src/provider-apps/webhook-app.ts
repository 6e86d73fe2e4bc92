import type { WebhookDefinition } from '../catalogue/schema/webhooks.ts'
import type { WebhookScheme } from '../catalogue/schema/webhooks/schemes.ts'
import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import { isId } from '../ids.ts'
import type { AppSecretField } from './store.ts'
import { UnknownAddresses } from './unknown-addresses.ts'
import { overlaps } from './webhook-secrets.ts'

/** Whose webhooks an address receives; the environment's app belongs to no workspace. */
export interface WebhookApp {
  workspaceId: string | null
  providerAppId: string | null
  /** What a platform may sign with: the app's secret, and while an overlap lasts the one before it. */
  webhookSecrets: string[]
  /** What a platform may show when it tries the address: the app's webhook secret, and the one before it. */
  tokens: string[]
  clientId: string | null
  /** What else the app consists of, but for what is secret. */
  fields: Record<string, string>
  /** Replacements of the platform's origins. */
  baseUrls: Record<string, string>
}

/** An app, and what its platform's webhooks are like. */
export interface ReceivingApp {
  app: WebhookApp
  definition: WebhookDefinition
}

/**
 * The app at `/webhooks/:provider/:app`, or with null at `/webhooks/:provider`, whatever its workspace: a provider's webhook
 * carries no API key. The caller trusts nothing until one of the secrets has verified the bytes.
 * @param owner whose it is where the address says so: that may have a secret of its own, and the app then needs none
 * @throws HubError `WEBHOOK_NOT_FOUND` when there is no such app, its platform sends no webhooks, or it has nothing to verify them by
 */
export async function webhookApp(
  hub: Foundation,
  provider: string,
  providerAppId: string | null,
  owner?: { workspaceId: string },
): Promise<ReceivingApp> {
  const row = providerAppId === null ? undefined : await findAddressedApp(hub, provider, providerAppId)
  if (providerAppId !== null && !row) throw new HubError('WEBHOOK_NOT_FOUND')
  const workspaceId = owner?.workspaceId ?? row?.workspaceId ?? null
  const definition = (await hub.definitions.find(hub.db, workspaceId, provider))?.webhooks
  if (!definition) throw new HubError('WEBHOOK_NOT_FOUND')
  const { secrets, ...known } = row ? await ownApp(hub, row, definition) : environmentApp(hub, provider)
  const tokens = secrets.webhook
  const app = { ...known, workspaceId, providerAppId, tokens, webhookSecrets: signingSecrets(definition, secrets) }
  if (!owner && app.webhookSecrets.length === 0 && needsSecret(definition)) throw new HubError('WEBHOOK_NOT_FOUND')
  return { app, definition }
}

interface Secrets {
  webhook: string[]
  client: string[]
}

type KnownApp = Pick<WebhookApp, 'clientId' | 'fields' | 'baseUrls'> & { secrets: Secrets }

/** A webhook secret that is shown as a token in addresses is no secret to sign with. */
function signingSecrets(definition: WebhookDefinition, { webhook, client }: Secrets): string[] {
  if (definition.secret !== 'client') return webhook
  const { handshakes = [] } = definition
  const shows = handshakes.some(handshake => handshake.kind === 'query' && handshake.token !== undefined)
  return shows ? client : [...client, ...webhook]
}

const secretless = new Set<WebhookScheme['kind']>(['jwt', 'address'])

/** Whether nothing can be taken without a secret. One that the platform itself sends has to be taken first. */
function needsSecret({ scheme, otherSchemes = [], handshakes = [] }: WebhookDefinition): boolean {
  if (handshakes.some(({ kind }) => kind === 'secret-in-body')) return false
  return ![scheme, ...otherSchemes].some(({ kind }) => secretless.has(kind))
}

function environmentApp(hub: Foundation, provider: string): KnownApp {
  const app = hub.config.providerApps.get(provider)
  const listed = (secret: string | undefined) => (secret === undefined ? [] : [secret])
  return {
    clientId: app?.clientId ?? null,
    fields: app?.fields ?? {},
    baseUrls: {},
    secrets: { webhook: listed(app?.webhookSecret), client: listed(app?.clientSecret) },
  }
}

async function ownApp(hub: Foundation, row: AppRow, definition: WebhookDefinition): Promise<KnownApp> {
  const names: AppSecretField[] = [
    'webhook_secret',
    ...(overlaps(row) ? (['webhook_secret_before'] as const) : []),
    ...(definition.secret === 'client' ? (['client_secret'] as const) : []),
  ]
  const found = await hub.credentials.getFields<Record<string, string>>(hub.db, row.workspaceId, [row.id], names)
  const opened = (field: AppSecretField) => found[field]?.get(row.id) ?? []
  return {
    clientId: row.clientId,
    fields: row.settings,
    baseUrls: row.baseUrls,
    secrets: {
      webhook: [opened('webhook_secret'), opened('webhook_secret_before')].flat(),
      client: [opened('client_secret')].flat(),
    },
  }
}

const nowhere = new WeakMap<Foundation, UnknownAddresses>()

interface AppRow {
  id: string
  workspaceId: string
  clientId: string | null
  settings: Record<string, string>
  baseUrls: Record<string, string>
  webhookSecretOverlapEndsAt: Date | null
}

async function findAddressedApp(hub: Foundation, provider: string, id: string): Promise<AppRow | undefined> {
  if (!isId('providerApp', id)) return undefined
  const unknown = nowhere.get(hub) ?? nowhere.set(hub, new UnknownAddresses()).get(hub)!
  const address = `${provider}/${id}`
  if (unknown.has(address)) return undefined
  const app = await hub.db
    .selectFrom('provider_apps')
    .select([
      ...(['id', 'workspace_id as workspaceId', 'client_id as clientId', 'settings', 'base_urls as baseUrls'] as const),
      'webhook_secret_overlap_ends_at as webhookSecretOverlapEndsAt',
    ])
    .where('id', '=', id)
    .where('provider', '=', provider)
    .executeTakeFirst()
  if (!app) unknown.add(address)
  return app
}
