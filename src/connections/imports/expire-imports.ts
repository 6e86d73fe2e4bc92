import { sql } from 'kysely'
import type { ConnectionParts } from '../parts.ts'
import { reportDays } from './policy.ts'
import { discardImport } from './receiving/receive.ts'

/**
 * Forgets reports that have been kept long enough, up to `limit` rows, and imports that a process left half received. Gives how
 * many rows and imports were deleted.
 */
export async function expireImports(hub: ConnectionParts, limit: number): Promise<number> {
  // Over connection_imports_receiving; keeping crosses workspaces.
  const abandoned = await hub.db
    .selectFrom('connection_imports')
    .select(['id', 'workspace_id as workspaceId'])
    .where('state', '=', 'receiving')
    .where('created_at', '<', sql<Date>`now() - interval '1 hour'`)
    .limit(100)
    .execute()
  for (const one of abandoned) await discardImport(hub, one)
  // Over connection_imports_by_end and connection_import_rows_by_import. A row that is not decided has its secrets still.
  const rows = await sql`
    delete from connection_import_rows where id in (
      select r.id from connection_imports i join connection_import_rows r on r.import_id = i.id
      where i.finished_at < now() - ${reportDays} * interval '1 day' and r.decided_at is not null
      limit ${limit} for update of r skip locked)`.execute(hub.db)
  const imports = await sql`
    delete from connection_imports i where id in (
      select id from connection_imports f where finished_at < now() - ${reportDays} * interval '1 day'
        and not exists (select from connection_import_rows r where r.import_id = f.id)
      limit ${limit} for update skip locked)`.execute(hub.db)
  // A pass goes on while it is as many as were asked for.
  return Math.max(Number(rows.numAffectedRows ?? 0), Number(imports.numAffectedRows ?? 0))
}
