import type { Executor } from '../db/database.ts'

/**
 * The one live connection that was made with an app; undefined when there are several or none. For a webhook that names
 * no account because its app serves just one. The environment's app has no one connection: it is everybody's.
 */
export async function onlyConnectionOfApp(
  db: Executor,
  app: { workspaceId: string | undefined; provider: string; providerAppId: string | null },
): Promise<{ id: string; workspaceId: string } | undefined> {
  if (app.workspaceId === undefined || app.providerAppId === null) return undefined
  const rows = await db
    .selectFrom('connections')
    .select(['id', 'workspace_id as workspaceId'])
    .where('workspace_id', '=', app.workspaceId)
    .where('provider', '=', app.provider)
    .where('provider_app_id', '=', app.providerAppId)
    .where('status', 'in', ['connected', 'degraded', 'needs_reauth', 'error'])
    .limit(2)
    .execute()
  return rows.length === 1 ? rows[0] : undefined
}
