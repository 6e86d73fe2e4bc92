import { writeAudit } from '../audit/log.ts'
import { HubError } from '../errors.ts'
import type { ProviderAppParts } from './parts.ts'
import { findProvider } from '../catalogue/find.ts'
import { checkBaseUrls } from './base-urls.ts'
import { assertMayMove } from './hold.ts'
import {
  deleteProviderApp,
  findProviderApp,
  insertProviderApp,
  putAppSecret,
  updateProviderApp,
  type NewProviderApp,
  type ProviderApp,
  type ProviderAppChange,
} from './store.ts'
import { changeWebhookSecret } from './webhook-secrets.ts'

/** Secrets of an app as its owner sends them; null removes one. */
export interface AppSecrets {
  clientSecret?: string | null | undefined
  webhookSecret?: string | null | undefined
}

/** With a new webhook secret: for how long the one before it goes on verifying. */
export interface WebhookSecretOverlap {
  webhookSecretOverlapSeconds?: number | undefined
}

/** @throws HubError `INVALID_PROVIDER`; `INVALID_REQUEST` or `INVALID_URL` for its base URLs */
export async function createProviderApp(
  hub: ProviderAppParts,
  actor: string,
  workspaceId: string,
  input: NewProviderApp & AppSecrets,
): Promise<ProviderApp> {
  const provider = await findProvider(hub, workspaceId, input.provider)
  if (input.clientId === null && typeof input.clientSecret === 'string') {
    throw new HubError('INVALID_REQUEST', {
      details: [{ path: 'body.clientId', message: 'A client secret needs its client id' }],
    })
  }
  const baseUrls = checkBaseUrls(hub, provider, input.baseUrls)
  return hub.db.transaction().execute(async db => {
    const app = await insertProviderApp(db, workspaceId, { ...input, baseUrls })
    const { clientSecret, webhookSecret } = input
    if (clientSecret !== undefined) await putAppSecret(hub, db, app, 'client_secret', clientSecret)
    if (webhookSecret !== undefined) await putAppSecret(hub, db, app, 'webhook_secret', webhookSecret)
    const hosts = hostsOf(baseUrls)
    const details = { provider: app.provider, ...(Object.keys(hosts).length > 0 ? { hosts } : {}) }
    await writeAudit(db, { workspaceId, actor, action: 'provider_app.created', subjectId: app.id, details })
    return app
  })
}

/**
 * @throws HubError `PROVIDER_APP_NOT_FOUND`; `INVALID_REQUEST` or `INVALID_URL` for its base URLs or its overlap; `CONFLICT`
 * for base URLs to which its secrets would move
 */
export async function changeProviderApp(
  hub: ProviderAppParts,
  actor: string,
  workspaceId: string,
  id: string,
  {
    clientSecret,
    webhookSecret,
    webhookSecretOverlapSeconds,
    ...change
  }: ProviderAppChange & AppSecrets & WebhookSecretOverlap,
): Promise<ProviderApp> {
  if (change.baseUrls !== undefined) {
    const { provider } = await findProviderApp(hub.db, workspaceId, id)
    change = {
      ...change,
      baseUrls: checkBaseUrls(hub, await findProvider(hub, workspaceId, provider), change.baseUrls),
    }
  }
  return hub.db.transaction().execute(async db => {
    const { baseUrls } = change
    const moves = baseUrls && (await assertMayMove(hub, db, { workspaceId, id }, { baseUrls, clientSecret }))
    const updated = await updateProviderApp(db, workspaceId, id, change)
    if (clientSecret !== undefined) await putAppSecret(hub, db, updated, 'client_secret', clientSecret)
    const overlap = { webhookSecret, overlapSeconds: webhookSecretOverlapSeconds }
    const app = await changeWebhookSecret(hub, db, updated, overlap)
    const given = { ...change, clientSecret, webhookSecret, webhookSecretOverlapSeconds }
    const changed = Object.entries(given).filter(([, value]) => value !== undefined)
    const details = { changed: changed.map(([name]) => name), ...(moves ? { hosts: hostsOf(baseUrls) } : {}) }
    await writeAudit(db, { workspaceId, actor, action: 'provider_app.updated', subjectId: id, details })
    return app
  })
}

/** Where an app's calls go, for the audit log: a path may be anything. */
function hostsOf(baseUrls: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(baseUrls).map(([origin, url]) => [new URL(origin).host, new URL(url).host]))
}

/** Deletes an app and destroys its secrets. @throws HubError `PROVIDER_APP_NOT_FOUND`, `CONFLICT` */
export function removeProviderApp(
  hub: ProviderAppParts,
  actor: string,
  workspaceId: string,
  id: string,
): Promise<void> {
  return hub.db.transaction().execute(async db => {
    for (const user of hub.appUsers) await user.release(db, workspaceId, id)
    await deleteProviderApp(db, workspaceId, id)
    await hub.credentials.destroy(db, workspaceId, id)
    await writeAudit(db, { workspaceId, actor, action: 'provider_app.deleted', subjectId: id })
  })
}
