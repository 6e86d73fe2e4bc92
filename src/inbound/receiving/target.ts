import type { ConnectionParts } from '../../connections/parts.ts'
import { webhookApp, type ReceivingApp } from '../../provider-apps/webhook-app.ts'
import { resolveAddress, type ResolvedAddress } from '../addresses/resolve.ts'
import { definitionOf, resolveSource, type ResolvedSource } from '../sources/resolve.ts'

/** Where a webhook has come to. */
export interface WebhookTarget extends ReceivingApp {
  /** The platform, or a source's slug. */
  provider: string
  /** The source, the address with a key, or the app; the environment's app is known by its platform. */
  id: string
  address?: ResolvedAddress
  source?: ResolvedSource
}

/** The parts of an address. */
export interface AddressParts {
  provider?: string
  app?: string
  key?: string
  source?: string
}

const reading = new WeakMap<ConnectionParts, Map<string, Promise<WebhookTarget>>>()

/**
 * What is at an address, whatever its workspace: what is sent carries no API key. The caller trusts nothing until the bytes are
 * verified. Those that come to one address at once share one look. @throws HubError `WEBHOOK_NOT_FOUND`
 */
export function targetAt(hub: ConnectionParts, parts: AddressParts): Promise<WebhookTarget> {
  const under = reading.get(hub) ?? reading.set(hub, new Map()).get(hub)!
  const address = JSON.stringify([parts.provider, parts.app, parts.key, parts.source])
  const known = under.get(address)
  if (known) return known
  const target = findTarget(hub, parts).finally(() => under.delete(address))
  under.set(address, target)
  return target
}

async function findTarget(hub: ConnectionParts, parts: AddressParts): Promise<WebhookTarget> {
  const { provider = '', app = null, key, source } = parts
  if (source !== undefined) return sourceAt(await resolveSource(hub, source))
  if (app === null || key === undefined) {
    return { ...(await webhookApp(hub, provider, app)), provider, id: app ?? `environment/${provider}` }
  }
  const address = await resolveAddress(hub, provider, app, key)
  const receiving = await webhookApp(hub, provider, address.providerAppId, address)
  const own = address.secrets.length > 0 ? { webhookSecrets: address.secrets, tokens: address.secrets } : {}
  return { ...receiving, app: { ...receiving.app, ...own }, provider, id: address.id, address }
}

function sourceAt(source: ResolvedSource): WebhookTarget {
  const { workspaceId, secrets, slug: provider, id } = source
  const noApp = { providerAppId: null, clientId: null, fields: {}, baseUrls: {} }
  const app = { ...noApp, workspaceId, webhookSecrets: secrets, tokens: secrets }
  return { app, definition: definitionOf(source), provider, id, source }
}
