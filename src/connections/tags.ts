import type { Executor } from '../db/database.ts'

/** Writes the rows by which a connection is found by its tags, in the place of those before. */
export async function putTags(
  trx: Executor,
  { workspaceId, id }: { workspaceId: string; id: string },
  tags: string[],
): Promise<void> {
  await trx
    .deleteFrom('connection_tags')
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', id)
    .execute()
  if (tags.length === 0) return
  const rows = [...new Set(tags)].map(tag => ({ workspace_id: workspaceId, tag, connection_id: id }))
  await trx.insertInto('connection_tags').values(rows).execute()
}
