import { sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { endImport, findImport, type ConnectionImport } from './import-store.ts'
import { wonField } from './row-store.ts'
import { tellImport } from './tell-import.ts'

const cancelledTogether = 500

/**
 * Cancels an import: what is not decided stays undone, but for rows whose refresh token is spent already, which are finished.
 * Asking twice is no error. @throws HubError `IMPORT_NOT_FOUND`, `CONFLICT` when it is over
 */
export async function cancelImport(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  importId: string,
): Promise<ConnectionImport> {
  const found = await findImport(hub.db, workspaceId, importId)
  const cancelled = await hub.db.transaction().execute(async trx => {
    if (!(await endImport(trx, found, 'cancelled'))) return false
    await writeAudit(trx, { workspaceId, actor, action: 'connection_import.cancelled', subjectId: importId })
    return true
  })
  const now = await findImport(hub.db, workspaceId, importId)
  if (cancelled) await tellImport(hub, now)
  else if (now.state !== 'cancelled') throw new HubError('CONFLICT', { message: `The import is ${now.state}.` })
  return now
}

/** Gives up the rows that nobody has at the moment, and destroys what was sealed of them. */
export async function cancelRows(hub: ConnectionParts, { id, workspaceId }: ConnectionImport): Promise<void> {
  for (;;) {
    const given = await hub.db.transaction().execute(async trx => {
      // By connection_import_rows_due, and the primary key of credentials.
      const { rows } = await sql<{ id: string }>`
        update connection_import_rows set outcome = 'cancelled', code = null, decided_at = now(), lease_owner = null,
          lease_until = null
        where id in (
          select id from connection_import_rows r
          where import_id = ${id} and workspace_id = ${workspaceId} and decided_at is null
            and (lease_until is null or lease_until < now())
            and not exists (select from credentials c where c.owner_id = r.id and c.field = ${wonField})
          order by due_at, id limit ${cancelledTogether} for update skip locked)
        returning id`.execute(trx)
      const ids = rows.map(row => row.id)
      if (ids.length > 0)
        await trx
          .deleteFrom('credentials')
          .where('workspace_id', '=', workspaceId)
          .where('owner_id', 'in', ids)
          .execute()
      return ids.length
    })
    if (given < cancelledTogether) return
  }
}
