import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'
import { behind, type Position } from '../db/keyset.ts'
import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import { newId } from '../ids.ts'
import { findProvider } from '../catalogue/find.ts'
import { openSecretFields } from './fields.ts'

/** A workspace's own registration at a provider, without its secrets. */
export interface ProviderApp {
  id: string
  workspaceId: string
  provider: string
  name: string
  clientId: string | null
  /** Scopes that its connections ask for when they name none; empty means the provider's default. */
  scopes: string[]
  /** Replacements of the provider's origins, for sandboxes and self-hosted instances. */
  baseUrls: Record<string, string>
  /** What else its platform's definition names and is no secret. */
  settings: Record<string, string>
  /** Until then the webhook secret before the current one verifies too; null when there is none. */
  webhookSecretOverlapEndsAt: Date | null
  createdAt: Date
  updatedAt: Date
}

export type NewProviderApp = Pick<ProviderApp, 'provider' | 'name' | 'clientId' | 'scopes' | 'baseUrls' | 'settings'>
type Changeable = Omit<NewProviderApp, 'provider'>

/** What is absent stays. */
export type ProviderAppChange = { [Field in keyof Changeable]?: Changeable[Field] | undefined }

const columns = [
  'id',
  'workspace_id as workspaceId',
  'provider',
  'name',
  'client_id as clientId',
  'scopes',
  'base_urls as baseUrls',
  'settings',
  'webhook_secret_overlap_ends_at as webhookSecretOverlapEndsAt',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const

/** @throws HubError `PROVIDER_APP_NOT_FOUND` */
export async function findProviderApp(db: Executor, workspaceId: string, id: string): Promise<ProviderApp> {
  const app = await db
    .selectFrom('provider_apps')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!app) throw new HubError('PROVIDER_APP_NOT_FOUND')
  return app
}

/** Checks that apps are the workspace's. @throws HubError `PROVIDER_APP_NOT_FOUND` when one of them is not */
export async function assertAppsOf(db: Executor, workspaceId: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return
  const found = await db
    .selectFrom('provider_apps')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', ids)
    .execute()
  if (found.length < ids.length) throw new HubError('PROVIDER_APP_NOT_FOUND')
}

/** The workspace's apps behind a position, newest first. */
export function listProviderApps(
  db: Executor,
  workspaceId: string,
  list: { after?: Position | undefined; limit: number; provider?: string | undefined },
): Promise<ProviderApp[]> {
  let query = db.selectFrom('provider_apps').select(columns).where('workspace_id', '=', workspaceId)
  if (list.provider !== undefined) query = query.where('provider', '=', list.provider)
  return query.where(behind(list.after)).orderBy('id', 'desc').limit(list.limit).execute()
}

export function insertProviderApp(db: Executor, workspaceId: string, app: NewProviderApp): Promise<ProviderApp> {
  return db
    .insertInto('provider_apps')
    .values({
      id: newId('providerApp'),
      workspace_id: workspaceId,
      provider: app.provider,
      name: app.name,
      client_id: app.clientId,
      scopes: app.scopes,
      base_urls: JSON.stringify(app.baseUrls),
      settings: JSON.stringify(app.settings),
    })
    .returning(columns)
    .executeTakeFirstOrThrow()
}

/** @throws HubError `PROVIDER_APP_NOT_FOUND` */
export async function updateProviderApp(
  db: Executor,
  workspaceId: string,
  id: string,
  change: ProviderAppChange,
): Promise<ProviderApp> {
  const app = await db
    .updateTable('provider_apps')
    .set({
      updated_at: sql`now()`,
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.clientId === undefined ? {} : { client_id: change.clientId }),
      ...(change.scopes === undefined ? {} : { scopes: change.scopes }),
      ...(change.settings === undefined ? {} : { settings: JSON.stringify(change.settings) }),
      ...(change.baseUrls === undefined ? {} : { base_urls: JSON.stringify(change.baseUrls) }),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst()
  if (!app) throw new HubError('PROVIDER_APP_NOT_FOUND')
  return app
}

/** The settings of an app, whose row the caller's transaction then holds. @throws HubError `PROVIDER_APP_NOT_FOUND` */
export async function lockSettings(db: Executor, workspaceId: string, id: string): Promise<Record<string, string>> {
  const app = await db
    .selectFrom('provider_apps')
    .select('settings')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!app) throw new HubError('PROVIDER_APP_NOT_FOUND')
  return app.settings
}

/** Whether a workspace has apps of a provider. */
export async function hasProviderApps(db: Executor, workspaceId: string, provider: string): Promise<boolean> {
  const row = await db
    .selectFrom('provider_apps')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('provider', '=', provider)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** @throws HubError `PROVIDER_APP_NOT_FOUND`; `CONFLICT` while a connection refers to it */
export async function deleteProviderApp(db: Executor, workspaceId: string, id: string): Promise<void> {
  try {
    const { numDeletedRows } = await db
      .deleteFrom('provider_apps')
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) throw new HubError('PROVIDER_APP_NOT_FOUND')
  } catch (error) {
    // SQLSTATE foreign_key_violation
    if ((error as { code?: unknown }).code !== '23503') throw error
    throw new HubError('CONFLICT', { message: 'There are connections of this provider app; disconnect them first.' })
  }
}

/** Which app: a workspace's own, or with null the environment's. */
export interface AppReference {
  workspaceId: string
  providerAppId: string | null
  provider: string
}

/** An app with its secrets, as calls to the provider need them. */
export interface AppSettings {
  clientId?: string
  clientSecret?: string
  webhookSecret?: string
  /** Whatever else its platform's definition names, secret or not. */
  fields?: Record<string, string>
  /** Replacements of the provider's origins; see src/calls/hosts.ts. */
  baseUrls: Record<string, string>
  /** Scopes to ask for by default; empty means the provider's. */
  scopes: string[]
}

export type AppCredentials = AppSettings & Required<Pick<AppSettings, 'clientId' | 'clientSecret'>>

/** A secret's place beside its app; the webhook secret before the current one, and one that a platform sent, have their own. */
export type AppSecretField = 'client_secret' | 'webhook_secret' | 'webhook_secret_before' | 'webhook_secret_offered'

/**
 * An app's settings, whatever of them is set: for providers that need no client, and for base URLs.
 * @throws HubError `PROVIDER_APP_NOT_FOUND` when the workspace has no such app, or it is another provider's
 */
export async function appSettings(hub: Foundation, app: AppReference): Promise<AppSettings> {
  if (app.providerAppId === null) return { ...hub.config.providerApps.get(app.provider), baseUrls: {}, scopes: [] }
  const found = await findProviderApp(hub.db, app.workspaceId, app.providerAppId)
  const { clientId, baseUrls, scopes, provider } = found
  if (provider !== app.provider) throw new HubError('PROVIDER_APP_NOT_FOUND')
  const definition = await findProvider(hub, app.workspaceId, provider)
  const secret = (field: AppSecretField) => secretOf(hub, app.workspaceId, app.providerAppId!, field)
  const [clientSecret, webhookSecret] = await Promise.all([secret('client_secret'), secret('webhook_secret')])
  return {
    ...(clientId === null ? {} : { clientId }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(webhookSecret === undefined ? {} : { webhookSecret }),
    ...(definition.app ? { fields: { ...found.settings, ...(await openSecretFields(hub, found, definition)) } } : {}),
    baseUrls,
    scopes,
  }
}

/**
 * The same for an OAuth call, which needs a client.
 * @throws HubError `PROVIDER_APP_NOT_FOUND`; `PROVIDER_APP_MISSING` when the client id or secret is not set
 */
export async function appCredentials(hub: Foundation, app: AppReference): Promise<AppCredentials> {
  const { clientId, clientSecret, ...rest } = await appSettings(hub, app)
  if (clientId === undefined || clientSecret === undefined) throw new HubError('PROVIDER_APP_MISSING')
  return { clientId, clientSecret, ...rest }
}

/** One secret of an app, opened; undefined when it is not set. */
export function secretOf(
  hub: Foundation,
  workspaceId: string,
  ownerId: string,
  field: AppSecretField,
  db: Executor = hub.db,
): Promise<string | undefined> {
  return hub.credentials.get<string>(db, { workspaceId, ownerId, field })
}

/** Stores, replaces or (null) destroys one secret of an app, in the caller's transaction. */
export async function putAppSecret(
  hub: Foundation,
  db: Executor,
  app: { workspaceId: string; id: string },
  field: AppSecretField,
  secret: string | null,
): Promise<void> {
  const place = { workspaceId: app.workspaceId, ownerId: app.id, field }
  if (secret === null) await hub.credentials.destroy(db, place.workspaceId, place.ownerId, field)
  else await hub.credentials.put(db, place, secret)
}
