import { sql, type Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { behind, type Position } from '../../db/keyset.ts'
import type { ConnectionImportsTable, ImportFormat, ImportState } from '../../db/schema/connection-imports.ts'
import { HubError } from '../../errors.ts'
import { newId } from '../../ids.ts'

export type { ImportFormat, ImportState }

/** Connections that are brought in from elsewhere, together. */
export interface ConnectionImport {
  id: string
  workspaceId: string
  state: ImportState
  format: ImportFormat
  /** Checks its rows and keeps nothing of them. */
  dryRun: boolean
  total: number
  /** The API key that asked for it. */
  actor: string
  createdAt: Date
  finishedAt: Date | null
}

/** Writes an import whose rows are still to come. */
export async function insertImport(
  db: Executor,
  made: Pick<ConnectionImport, 'workspaceId' | 'format' | 'dryRun' | 'actor'>,
): Promise<ConnectionImport> {
  const row = await db
    .insertInto('connection_imports')
    .values({
      id: newId('import'),
      workspace_id: made.workspaceId,
      format: made.format,
      dry_run: made.dryRun,
      actor: made.actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return importOf(row)
}

/** All of its rows are stored: it begins. Gives it as it is then, or undefined where it is no longer being received. */
export async function beginImport(
  db: Executor,
  { workspaceId, id }: Pick<ConnectionImport, 'workspaceId' | 'id'>,
  total: number,
): Promise<ConnectionImport | undefined> {
  const row = await db
    .updateTable('connection_imports')
    .set({ state: 'running', total, reconcile_at: sql<Date>`now() + interval '1 minute'` })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', '=', 'receiving')
    .returningAll()
    .executeTakeFirst()
  return row && importOf(row)
}

/** @throws HubError `IMPORT_NOT_FOUND`, also while it is being received */
export async function findImport(db: Executor, workspaceId: string, id: string): Promise<ConnectionImport> {
  const row = await db
    .selectFrom('connection_imports')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', '!=', 'receiving')
    .executeTakeFirst()
  if (!row) throw new HubError('IMPORT_NOT_FOUND')
  return importOf(row)
}

/** Newest first. Index: connection_imports_by_workspace. */
export async function listImports(
  db: Executor,
  workspaceId: string,
  list: { after: Position | undefined; limit: number },
): Promise<ConnectionImport[]> {
  const rows = await db
    .selectFrom('connection_imports')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('state', '!=', 'receiving')
    .where(behind(list.after))
    .orderBy('id', 'desc')
    .limit(list.limit)
    .execute()
  return rows.map(importOf)
}

/** The imports of a workspace that are not over, the oldest first. Index: connection_imports_open. */
export async function openImports(db: Executor, workspaceId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('connection_imports')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('state', 'in', ['receiving', 'running'])
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Ends a running import. Gives whether it was one. */
export async function endImport(
  db: Executor,
  { workspaceId, id }: Pick<ConnectionImport, 'workspaceId' | 'id'>,
  to: 'finished' | 'cancelled',
): Promise<boolean> {
  const row = await db
    .updateTable('connection_imports')
    .set({
      state: to,
      finished_at: sql<Date>`now()`,
      // The workflow of one that is cancelled still has rows to give up.
      reconcile_at: to === 'cancelled' ? sql<Date>`now() + interval '1 minute'` : null,
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Records when the workflow looks again, or with null that it has nothing left to do: `reconcile` wakes one that misses it. */
export async function noteLook(
  db: Executor,
  { workspaceId, id }: Pick<ConnectionImport, 'workspaceId' | 'id'>,
  nextInMs: number | null,
): Promise<void> {
  const next = nextInMs === null ? null : sql<Date>`now() + ${nextInMs + 60_000}::bigint * interval '1 ms'`
  await db
    .updateTable('connection_imports')
    .set({ reconcile_at: next })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
}

function importOf(row: Selectable<ConnectionImportsTable>): ConnectionImport {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    state: row.state,
    format: row.format,
    dryRun: row.dry_run,
    total: row.total,
    actor: row.actor,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
