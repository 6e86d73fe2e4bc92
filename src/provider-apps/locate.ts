import type { Executor } from '../db/database.ts'
import type { Located } from '../located.ts'

/** The provider app with this id. */
export async function locateProviderApp(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db.selectFrom('provider_apps').select('workspace_id').where('id', '=', id).executeTakeFirst()
  return row && { id, workspaceId: row.workspace_id, state: 'active', reason: null, workflowId: null, of: {} }
}
