import type { AppUser } from '../provider-apps/parts.ts'

/** Connections as users of the app that they were made with. */
export const connectionsOfApp: AppUser = {
  async isUsing(db, workspaceId, providerAppId) {
    // One that is not disconnected has tokens, or may be about to get some. By connections_by_workspace; an app is moved seldom.
    const row = await db
      .selectFrom('connections')
      .select('id')
      .where('workspace_id', '=', workspaceId)
      .where('provider_app_id', '=', providerAppId)
      .where('status', '!=', 'disconnected')
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  },

  async release(db, workspaceId, providerAppId) {
    await db
      .updateTable('connections')
      .set({ provider_app_id: null })
      .where('workspace_id', '=', workspaceId)
      .where('provider_app_id', '=', providerAppId)
      .where('status', '=', 'disconnected')
      .execute()
  },
}
