import { writeAudit } from '../../../audit/log.ts'
import { HubError } from '../../../errors.ts'
import { newId } from '../../../ids.ts'
import type { ConnectionParts } from '../../parts.ts'
import { beginImport, insertImport, openImports, type ConnectionImport, type ImportFormat } from '../import-store.ts'
import { mostOpen, mostRows, storedTogether } from '../policy.ts'
import type { RawRow } from './read-file.ts'
import { rowPlace } from '../row-store.ts'
import { tellImport } from '../tell-import.ts'

/** What is asked for beside the rows. */
export interface ImportRequest {
  workspaceId: string
  actor: string
  format: ImportFormat
  dryRun: boolean
}

/**
 * Takes an import: seals each row as it comes and stores it, before anything else is done with it; then the import begins. What
 * breaks off, or is no list of rows, leaves nothing behind.
 * @throws HubError `CONFLICT` when too many imports of the workspace are not over; `INVALID_REQUEST`, and what the rows throw
 */
export async function receiveImport(
  hub: ConnectionParts,
  request: ImportRequest,
  rows: AsyncIterable<RawRow> | Iterable<RawRow>,
): Promise<ConnectionImport> {
  const { workspaceId, actor } = request
  if ((await openImports(hub.db, workspaceId)).length >= mostOpen)
    throw new HubError('CONFLICT', { message: `${mostOpen} imports are not over yet; wait, or cancel some.` })
  const received = await insertImport(hub.db, request)
  try {
    const total = await storeRows(hub, received, rows)
    if (total === 0) throw new HubError('INVALID_REQUEST', { message: 'There are no rows in it.' })
    const begun = await hub.db.transaction().execute(async trx => {
      const { id: subjectId, format, dryRun } = received
      const details = { rows: total, format, dryRun }
      await writeAudit(trx, { workspaceId, actor, action: 'connection_import.created', subjectId, details })
      return beginImport(trx, received, total)
    })
    // What takes an hour to arrive was given up meanwhile.
    if (!begun) throw new HubError('REQUEST_TIMEOUT')
    await tellImport(hub, begun)
    return begun
  } catch (error) {
    await discardImport(hub, received)
    throw error
  }
}

async function storeRows(
  hub: ConnectionParts,
  received: ConnectionImport,
  rows: AsyncIterable<RawRow> | Iterable<RawRow>,
): Promise<number> {
  let total = 0
  let batch: RawRow[] = []
  let bytes = 0
  const flush = async () => {
    await storeBatch(hub, received, batch, total)
    total += batch.length
    batch = []
    bytes = 0
  }
  for await (const row of rows) {
    if (total + batch.length >= mostRows)
      throw new HubError('INVALID_REQUEST', { message: `An import has ${mostRows} rows at most; send several.` })
    batch.push(row)
    bytes += row.text.length
    if (batch.length >= storedTogether.rows || bytes >= storedTogether.bytes) await flush()
  }
  if (batch.length > 0) await flush()
  return total
}

function storeBatch(
  hub: ConnectionParts,
  { id: importId, workspaceId }: ConnectionImport,
  batch: RawRow[],
  before: number,
): Promise<void> {
  const rows = batch.map(({ text, externalId }) => ({ id: newId('importRow'), text, externalId }))
  return hub.db.transaction().execute(async trx => {
    await hub.credentials.putNew(
      trx,
      rows.map(({ id, text }) => ({ place: rowPlace({ workspaceId, id }), value: text })),
    )
    await trx
      .insertInto('connection_import_rows')
      .values(
        rows.map(({ id, externalId }, index) => ({
          ...{ id, workspace_id: workspaceId, import_id: importId, number: before + index + 1 },
          external_id: externalId,
        })),
      )
      .execute()
  })
}

/** Removes an import that has not begun, with its rows and what was sealed of them. */
export function discardImport(
  hub: ConnectionParts,
  { id, workspaceId }: Pick<ConnectionImport, 'id' | 'workspaceId'>,
): Promise<void> {
  return hub.db.transaction().execute(async trx => {
    const removed = await trx
      .selectFrom('connection_imports')
      .select('id')
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .where('state', '=', 'receiving')
      .forUpdate()
      .executeTakeFirst()
    if (!removed) return
    await trx
      .deleteFrom('credentials')
      .where('workspace_id', '=', workspaceId)
      .where('owner_id', 'in', rows =>
        rows
          .selectFrom('connection_import_rows')
          .select('id')
          .where('workspace_id', '=', workspaceId)
          .where('import_id', '=', id),
      )
      .execute()
    await trx.deleteFrom('connection_imports').where('workspace_id', '=', workspaceId).where('id', '=', id).execute()
  })
}
