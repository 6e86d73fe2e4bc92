import { writeAudit } from '../audit/log.ts'
import { HubError } from '../errors.ts'
import type { ProviderAppParts } from './parts.ts'
import { findProvider } from '../catalogue/find.ts'
import { checkBaseUrls } from './base-urls.ts'
import { checkAppFields, mergedFields, putSecretFields, type AppFields } from './fields.ts'
import { assertMayMove } from './hold.ts'
import {
  deleteProviderApp,
  findProviderApp,
  insertProviderApp,
  lockSettings,
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
  /** What else the platform's apps consist of. */
  fields?: AppFields | undefined
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
  input: Omit<NewProviderApp, 'settings'> & AppSecrets,
): Promise<ProviderApp> {
  const provider = await findProvider(hub, workspaceId, input.provider)
  if (input.clientId === null && typeof input.clientSecret === 'string') {
    throw new HubError('INVALID_REQUEST', {
      details: [{ path: 'body.clientId', message: 'A client secret needs its client id' }],
    })
  }
  const baseUrls = await checkBaseUrls(hub, workspaceId, provider, input.baseUrls)
  const fields = checkAppFields(provider, input.fields ?? {})
  const settings = mergedFields({}, fields.open)
  return hub.db.transaction().execute(async db => {
    const app = await insertProviderApp(db, workspaceId, { ...input, baseUrls, settings })
    const { clientSecret, webhookSecret } = input
    if (clientSecret !== undefined) await putAppSecret(hub, db, app, 'client_secret', clientSecret)
    if (webhookSecret !== undefined) await putAppSecret(hub, db, app, 'webhook_secret', webhookSecret)
    await putSecretFields(hub, db, app, fields.secret)
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
    fields: given,
    ...change
  }: Omit<ProviderAppChange, 'settings'> & AppSecrets & WebhookSecretOverlap,
): Promise<ProviderApp> {
  const definition = await findProvider(hub, workspaceId, (await findProviderApp(hub.db, workspaceId, id)).provider)
  if (change.baseUrls !== undefined) {
    change = { ...change, baseUrls: await checkBaseUrls(hub, workspaceId, definition, change.baseUrls) }
  }
  const fields = given && checkAppFields(definition, given)
  return hub.db.transaction().execute(async db => {
    const { baseUrls } = change
    const moves =
      baseUrls &&
      (await assertMayMove(hub, db, { workspaceId, id }, { baseUrls, clientSecret, fields: fields?.secret }))
    const before = fields && (await lockSettings(db, workspaceId, id))
    const settings = fields && before && mergedFields(before, fields.open)
    const updated = await updateProviderApp(db, workspaceId, id, { ...change, settings })
    if (fields) await putSecretFields(hub, db, updated, fields.secret)
    if (clientSecret !== undefined) await putAppSecret(hub, db, updated, 'client_secret', clientSecret)
    const overlap = { webhookSecret, overlapSeconds: webhookSecretOverlapSeconds }
    const app = await changeWebhookSecret(hub, db, updated, overlap)
    const all = { ...change, clientSecret, webhookSecret, webhookSecretOverlapSeconds, fields: given }
    const changed = Object.entries(all).filter(([, value]) => value !== undefined)
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
