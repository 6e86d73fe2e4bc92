import type { Executor } from '../db/database.ts'

/** Lets disconnected connections forget the app they were made with, so that it can be deleted. */
export async function releaseProviderApp(db: Executor, workspaceId: string, providerAppId: string): Promise<void> {
  await db
    .updateTable('connections')
    .set({ provider_app_id: null })
    .where('workspace_id', '=', workspaceId)
    .where('provider_app_id', '=', providerAppId)
    .where('status', '=', 'disconnected')
    .execute()
}
