import { isDeepStrictEqual } from 'node:util'
import type { Executor } from '../db/database.ts'
import { HubError } from '../errors.ts'
import type { ProviderAppParts } from './parts.ts'
import { secretFieldsIn, type AppFields } from './fields.ts'
import { findProviderApp, type AppReference } from './store.ts'

/**
 * Keeps an app where it is until the caller's transaction ends: that of a connection that is made with it.
 * @throws HubError `CONFLICT` when its base URLs have changed since they were read: a token is to go where it came from
 */
export async function holdApp(trx: Executor, app: AppReference, baseUrls: Record<string, string>): Promise<void> {
  if (app.providerAppId === null) return
  const held = await trx
    .selectFrom('provider_apps')
    .select('base_urls')
    .where('workspace_id', '=', app.workspaceId)
    .where('id', '=', app.providerAppId)
    .forShare()
    .executeTakeFirst()
  if (!held) throw new HubError('PROVIDER_APP_NOT_FOUND')
  if (!isDeepStrictEqual(held.base_urls, baseUrls)) {
    throw new HubError('CONFLICT', { message: 'The provider app has just been changed; try again.' })
  }
}

/**
 * Refuses to move an app whose secrets would go along: its connections' tokens are sent to its base URLs with every call,
 * its client secret with every token call. Gives whether it moves at all. In the caller's transaction, which then
 * holds the app.
 * @throws HubError `PROVIDER_APP_NOT_FOUND`, `CONFLICT`
 */
export async function assertMayMove(
  hub: ProviderAppParts,
  trx: Executor,
  { workspaceId, id }: { workspaceId: string; id: string },
  change: {
    baseUrls: Record<string, string>
    clientSecret?: string | null | undefined
    fields?: AppFields | undefined
  },
): Promise<boolean> {
  await trx
    .selectFrom('provider_apps')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .execute()
  const { baseUrls } = await findProviderApp(trx, workspaceId, id)
  if (isDeepStrictEqual(baseUrls, change.baseUrls)) return false
  const uses = hub.appUsers.map(user => user.isUsing(trx, workspaceId, id))
  if ((await Promise.all(uses)).includes(true)) {
    throw new HubError('CONFLICT', {
      message: 'There are connections of this provider app, whose tokens would go elsewhere; create another app.',
    })
  }
  const secrets = await hub.credentials.fieldsOf(trx, workspaceId, [id])
  if (change.clientSecret === undefined && secrets.get(id)?.has('client_secret')) {
    throw new HubError('CONFLICT', {
      message: 'The client secret would go elsewhere; give it again with the base URLs.',
    })
  }
  const moving = secretFieldsIn(secrets.get(id)).filter(name => change.fields?.[name] === undefined)
  if (moving.length > 0) {
    throw new HubError('CONFLICT', {
      message: `Secrets would go elsewhere; give them again with the base URLs: ${moving.join(', ')}.`,
    })
  }
  return true
}
