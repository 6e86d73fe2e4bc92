import { sql } from 'kysely'
import type { ProviderDefinition } from '../catalogue/schema/definition.ts'
import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import { secretNamesOf, secretPlaceOf } from './fields.ts'
import type { AppReference, AppSettings } from './store.ts'

/** An app, and what its platform is. */
export interface AppOfPlatform extends AppReference {
  definition: ProviderDefinition
}

interface AppRow {
  id: string
  workspaceId: string
  provider: string
  clientId: string | null
  scopes: string[]
  baseUrls: Record<string, string>
  settings: Record<string, string>
}

/**
 * The settings of several apps, of whatever workspaces, as calls that renew credentials need them: two statements for all. Gives
 * what finds one of them, which throws as `appSettings` does. Webhook secrets are left out.
 */
export async function settingsOfSeveral(
  hub: Foundation,
  apps: AppOfPlatform[],
): Promise<(app: AppOfPlatform) => AppSettings> {
  const own = new Map(apps.flatMap(app => (app.providerAppId === null ? [] : [[app.providerAppId, app] as const])))
  const [rows, secret] = await Promise.all([
    own.size === 0 ? [] : appRows(hub, own),
    hub.credentials.finderOf(
      hub.db,
      [...own].flatMap(([id, { workspaceId, definition }]) => [
        { workspaceId, ownerId: id, field: 'client_secret' },
        ...secretNamesOf(definition).map(name => secretPlaceOf({ workspaceId, id }, name)),
      ]),
    ),
  ])
  const byId = new Map(rows.map(row => [row.id, row]))
  const opened = new Map<AppRow, AppSettings>()
  return ({ workspaceId, providerAppId, provider, definition }) => {
    if (providerAppId === null) return { ...hub.config.providerApps.get(provider), baseUrls: {}, scopes: [] }
    const row = byId.get(providerAppId)
    if (row?.workspaceId !== workspaceId || row.provider !== provider) throw new HubError('PROVIDER_APP_NOT_FOUND')
    const settings = opened.get(row) ?? settingsOf(row, definition)
    opened.set(row, settings)
    return settings
  }

  function settingsOf(row: AppRow, definition: ProviderDefinition): AppSettings {
    const { workspaceId } = row
    const clientSecret = secret<string>({ workspaceId, ownerId: row.id, field: 'client_secret' })
    const named = secretNamesOf(definition).map(name => [name, secret<string>(secretPlaceOf(row, name))] as const)
    const known = named.filter((entry): entry is [string, string] => entry[1] !== undefined)
    return {
      ...(row.clientId === null ? {} : { clientId: row.clientId }),
      ...(clientSecret === undefined ? {} : { clientSecret }),
      ...(definition.app ? { fields: { ...row.settings, ...Object.fromEntries(known) } } : {}),
      baseUrls: row.baseUrls,
      scopes: row.scopes,
    }
  }
}

async function appRows(hub: Foundation, own: Map<string, AppOfPlatform>): Promise<AppRow[]> {
  // By the primary key.
  const { rows } = await sql<AppRow>`
    select a.id, a.workspace_id as "workspaceId", a.provider, a.client_id as "clientId", a.scopes,
      a.base_urls as "baseUrls", a.settings
    from unnest(${[...own.values()].map(app => app.workspaceId)}::text[], ${[...own.keys()]}::text[]) as named (workspace_id, id)
    join provider_apps a on a.id = named.id and a.workspace_id = named.workspace_id`.execute(hub.db)
  return rows
}
