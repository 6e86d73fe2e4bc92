import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'
import type { Located } from '../located.ts'
import { connectAccountId, disconnectAccountId, refreshConnectionId } from './contract.ts'

const columns = ['id', 'workspace_id', 'status', 'status_reason'] as const
type Row = { id: string; workspace_id: string; status: string; status_reason: string | null }

function located({ id, workspace_id, status, status_reason }: Row): Located {
  const leaving = status === 'disconnecting' || status === 'disconnected'
  const workflowId = leaving ? disconnectAccountId(id) : refreshConnectionId(id)
  return { id, workspaceId: workspace_id, state: status, reason: status_reason, workflowId, of: {} }
}

/** The connection with this id. */
export async function locateConnection(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db.selectFrom('connections').select(columns).where('id', '=', id).executeTakeFirst()
  return row && located(row)
}

/** The providers that there are connections to, each found in one step of connections_by_account. */
const everyProvider = sql<string>`(
  with recursive known (provider) as (
    select min(provider) from connections where external_account_id is not null
    union all
    select (select min(provider) from connections where external_account_id is not null and provider > known.provider)
    from known where provider is not null
  )
  select provider from known where provider is not null)`

/** The connections to one account, by the platform's own id of it; by connections_by_account, which begins with the provider. */
export async function locateAccount(db: Executor, externalAccountId: string, limit: number): Promise<Located[]> {
  const rows = await db
    .selectFrom('connections')
    .select(columns)
    .where('provider', 'in', everyProvider)
    .where('external_account_id', '=', externalAccountId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(located)
}

/** The try to connect with this id. */
export async function locateAttempt(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('connect_attempts')
    .select(['workspace_id', 'connection_id', 'status', 'error_code'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const { workspace_id: workspaceId, status: state, error_code: reason } = row
  return { id, workspaceId, state, reason, workflowId: connectAccountId(id), of: { connectionId: row.connection_id } }
}
