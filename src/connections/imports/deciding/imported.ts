import type { Executor } from '../../../db/database.ts'
import { connectionFromRow, type Connection } from '../../store.ts'

/** The connection that has come of a row with this external id and is not disconnected. By connections_imported_as. */
export async function findImported(
  db: Executor,
  workspaceId: string,
  externalId: string,
): Promise<Connection | undefined> {
  const row = await imported(db, workspaceId, externalId).executeTakeFirst()
  return row && connectionFromRow(row)
}

/** The same, locked until the caller's transaction ends. */
export async function lockImported(
  trx: Executor,
  workspaceId: string,
  externalId: string,
): Promise<Connection | undefined> {
  const row = await imported(trx, workspaceId, externalId).forUpdate().executeTakeFirst()
  return row && connectionFromRow(row)
}

function imported(db: Executor, workspaceId: string, externalId: string) {
  return db
    .selectFrom('connections')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('imported_as', '=', externalId)
    .where('status', '!=', 'disconnected')
}
