import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'
import { behind, type Position } from '../db/keyset.ts'
import { HubError } from '../errors.ts'
import { newId } from '../ids.ts'

/** One tenant: a product, or one of its environments. */
export interface Workspace {
  id: string
  name: string
  /** Where the connect flow may send a person back to: exact origins. */
  redirectOrigins: string[]
  createdAt: Date
  updatedAt: Date
}

export type NewWorkspace = Pick<Workspace, 'name' | 'redirectOrigins'>

const columns = [
  'id',
  'name',
  'redirect_origins as redirectOrigins',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const

export function insertWorkspace(db: Executor, workspace: NewWorkspace): Promise<Workspace> {
  return db
    .insertInto('workspaces')
    .values({ id: newId('workspace'), name: workspace.name, redirect_origins: workspace.redirectOrigins })
    .returning(columns)
    .executeTakeFirstOrThrow()
}

/** @throws HubError `WORKSPACE_NOT_FOUND` */
export async function findWorkspace(db: Executor, id: string): Promise<Workspace> {
  const workspace = await db.selectFrom('workspaces').select(columns).where('id', '=', id).executeTakeFirst()
  if (!workspace) throw new HubError('WORKSPACE_NOT_FOUND')
  return workspace
}

/** Every workspace behind a position, newest first. */
export function listWorkspaces(
  db: Executor,
  list: { after?: Position | undefined; limit: number },
): Promise<Workspace[]> {
  const query = db.selectFrom('workspaces').select(columns).where(behind(list.after))
  return query.orderBy('id', 'desc').limit(list.limit).execute()
}

/** @throws HubError `WORKSPACE_NOT_FOUND` */
export async function updateWorkspace(
  db: Executor,
  id: string,
  change: { name?: string | undefined; redirectOrigins?: string[] | undefined },
): Promise<Workspace> {
  const workspace = await db
    .updateTable('workspaces')
    .set({
      updated_at: sql`now()`,
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.redirectOrigins === undefined ? {} : { redirect_origins: change.redirectOrigins }),
    })
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst()
  if (!workspace) throw new HubError('WORKSPACE_NOT_FOUND')
  return workspace
}
