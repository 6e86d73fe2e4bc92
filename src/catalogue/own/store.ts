import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { DefinitionSource } from '../definitions.ts'
import type { ProviderDefinition } from '../schema/definition.ts'

/** So many platforms of its own a workspace has at most. */
export const mostOwnPlatforms = 50

/** The platforms that workspaces have of their own, as they were written. */
export const ownPlatforms: DefinitionSource = {
  async find(db, workspaceId, id) {
    return (await ownRow(db, { workspaceId, id }).executeTakeFirst())?.definition
  },

  async list(db, workspaceId) {
    const rows = await db
      .selectFrom('own_platforms')
      .select('definition')
      .where('workspace_id', '=', workspaceId)
      .orderBy('id')
      .limit(mostOwnPlatforms)
      .execute()
    return rows.map(({ definition }) => definition)
  },
}

/** What names a workspace's own platform. */
export interface OwnPlatformRef {
  workspaceId: string
  id: string
}

/** @throws HubError `CONFLICT` when there is one of its id already, or there are too many */
export async function insertOwnPlatform(
  trx: Executor,
  workspaceId: string,
  definition: ProviderDefinition,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('own platforms'), hashtext(${workspaceId}))`.execute(trx)
  const { count } = await trx
    .selectFrom('own_platforms')
    .select(eb => eb.fn.countAll<string>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow()
  if (Number(count) >= mostOwnPlatforms) {
    const message = `A workspace has at most ${mostOwnPlatforms} platforms of its own.`
    throw new HubError('CONFLICT', { message })
  }
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('own_platforms')
    .values({ workspace_id: workspaceId, id: definition.id, definition: JSON.stringify(definition) })
    .onConflict(conflict => conflict.doNothing())
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows !== 1n) {
    throw new HubError('CONFLICT', { message: 'There is a provider of this id; PUT replaces it.' })
  }
}

/** What is written of it, locked until the caller's transaction ends. @throws HubError `PROVIDER_NOT_FOUND` */
export async function lockOwnPlatform(trx: Executor, ref: OwnPlatformRef): Promise<unknown> {
  const row = await ownRow(trx, ref).forUpdate().executeTakeFirst()
  if (!row) throw new HubError('PROVIDER_NOT_FOUND')
  return row.definition
}

/**
 * Keeps a workspace's own platform where it is until the caller's transaction ends, in which a connection to it is made.
 * Nothing to do for one of the catalogue's. Gives what is written of it now.
 */
export async function holdOwnPlatform(trx: Executor, ref: OwnPlatformRef): Promise<unknown> {
  return (await ownRow(trx, ref).forShare().executeTakeFirst())?.definition
}

function ownRow(db: Executor, { workspaceId, id }: OwnPlatformRef) {
  return db
    .selectFrom('own_platforms')
    .select('definition')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
}

export async function replaceOwnPlatform(
  trx: Executor,
  { workspaceId, id }: OwnPlatformRef,
  definition: ProviderDefinition,
): Promise<void> {
  await trx
    .updateTable('own_platforms')
    .set({ definition: JSON.stringify(definition), updated_at: sql<Date>`now()` })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
}

export async function deleteOwnPlatform(trx: Executor, { workspaceId, id }: OwnPlatformRef): Promise<void> {
  await trx.deleteFrom('own_platforms').where('workspace_id', '=', workspaceId).where('id', '=', id).execute()
}
