import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'

/** The syncs of some rules, by the rule's id; those that were deleted are left out. */
export async function syncsOfRules(
  db: Executor,
  workspaceId: string,
  ruleIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (ruleIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('rule_syncs as rule')
    .innerJoin('syncs as sync', 'sync.id', 'rule.sync_id')
    .select(['rule.rule_id', 'rule.sync_id'])
    .where('rule.workspace_id', '=', workspaceId)
    .where('sync.workspace_id', '=', workspaceId)
    .where('rule.rule_id', 'in', ruleIds)
    .where('sync.deleted_at', 'is', null)
    .orderBy('rule.sync_id')
    .execute()
  const byRule = Map.groupBy(rows, row => row.rule_id)
  return new Map([...byRule].map(([ruleId, syncs]) => [ruleId, syncs.map(row => row.sync_id)]))
}

/** Says which syncs a rule starts, in place of those before. @throws HubError `SYNC_NOT_FOUND` */
export async function putRuleSyncs(
  db: Executor,
  workspaceId: string,
  ruleId: string,
  syncIds: readonly string[],
): Promise<void> {
  const found = await db
    .selectFrom('syncs')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', syncIds)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .forShare()
    .execute()
  const known = new Set(found.map(({ id }) => id))
  const details = syncIds.flatMap((id, index) =>
    known.has(id) ? [] : [{ path: `body.syncIds.${index}`, message: 'There is no such sync' }],
  )
  if (details.length > 0) throw new HubError('SYNC_NOT_FOUND', { details })
  await db.deleteFrom('rule_syncs').where('workspace_id', '=', workspaceId).where('rule_id', '=', ruleId).execute()
  await db
    .insertInto('rule_syncs')
    .values([...known].map(syncId => ({ workspace_id: workspaceId, rule_id: ruleId, sync_id: syncId })))
    .execute()
}
