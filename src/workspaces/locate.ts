import type { Executor } from '../db/database.ts'
import type { Located } from '../located.ts'

/** The workspace with this id. */
export async function locateWorkspace(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db.selectFrom('workspaces').select('id').where('id', '=', id).executeTakeFirst()
  return row && { id, workspaceId: id, state: 'active', reason: null, workflowId: null, of: {} }
}

/** The API key with this id, which is not its secret. */
export async function locateApiKey(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('api_keys')
    .select(['workspace_id as workspaceId', 'expires_at', 'revoked_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const expired = row.expires_at !== null && row.expires_at.getTime() <= Date.now()
  const state = row.revoked_at ? 'revoked' : expired ? 'expired' : 'active'
  return { id, workspaceId: row.workspaceId, state, reason: null, workflowId: null, of: {} }
}
