import { sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import type { Executor } from '../../db/database.ts'
import type { Position } from '../../db/keyset.ts'
import { checkSubscription } from '../../delivery/events/check-subscription.ts'
import type { DeliveryParts } from '../../delivery/parts.ts'
import {
  countRules,
  deleteRule,
  findEventRule,
  insertRule,
  listEventRules,
  updateRule,
  type EventRule,
  type RuleSettings,
} from '../../delivery/rules/rule-store.ts'
import { HubError } from '../../errors.ts'
import { putRuleSyncs, syncsOfRules } from './rule-syncs.ts'

const mostRules = 100

/** What its owner says of a rule. */
export interface RuleInput extends RuleSettings {
  syncIds: string[]
}

/** Which events of the product start which syncs. */
export interface Rule extends EventRule {
  syncIds: string[]
}

/**
 * Creates a rule. What is published from the commit on meets it.
 * @throws HubError `INVALID_REQUEST`; `SYNC_NOT_FOUND`; `CONFLICT` where there are too many
 */
export async function createRule(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  { syncIds, ...settings }: RuleInput,
): Promise<Rule> {
  checkSubscription(settings)
  return hub.db.transaction().execute(async trx => {
    // One at a time for a workspace, so that the count holds.
    await sql`select pg_advisory_xact_lock(hashtext('rules'), hashtext(${workspaceId}))`.execute(trx)
    if ((await countRules(trx, workspaceId)) >= mostRules) {
      throw new HubError('CONFLICT', { message: `A workspace has at most ${mostRules} rules.` })
    }
    const { id } = await insertRule(trx, workspaceId, settings)
    await putRuleSyncs(trx, workspaceId, id, syncIds)
    await writeAudit(trx, { workspaceId, actor, action: 'rule.created', subjectId: id })
    return findRule(trx, workspaceId, id)
  })
}

/** What is left out stays as it is. @throws HubError `RULE_NOT_FOUND`, `INVALID_REQUEST`, `SYNC_NOT_FOUND` */
export async function changeRule(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  ruleId: string,
  { syncIds, ...settings }: { [Name in keyof RuleInput]?: RuleInput[Name] | undefined },
): Promise<Rule> {
  checkSubscription(settings)
  return hub.db.transaction().execute(async trx => {
    await updateRule(trx, workspaceId, ruleId, settings)
    if (syncIds) await putRuleSyncs(trx, workspaceId, ruleId, syncIds)
    const details = { changed: Object.keys({ ...settings, ...(syncIds && { syncIds }) }) }
    await writeAudit(trx, { workspaceId, actor, action: 'rule.changed', subjectId: ruleId, details })
    return findRule(trx, workspaceId, ruleId)
  })
}

/** Deletes a rule: events start nothing by it any more. @throws HubError `RULE_NOT_FOUND` */
export async function removeRule(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  ruleId: string,
): Promise<void> {
  await hub.db.transaction().execute(async trx => {
    await deleteRule(trx, workspaceId, ruleId)
    await writeAudit(trx, { workspaceId, actor, action: 'rule.deleted', subjectId: ruleId })
  })
}

/** @throws HubError `RULE_NOT_FOUND` */
export async function findRule(db: Executor, workspaceId: string, ruleId: string): Promise<Rule> {
  const rule = await findEventRule(db, workspaceId, ruleId)
  const syncs = await syncsOfRules(db, workspaceId, [ruleId])
  return { ...rule, syncIds: syncs.get(ruleId) ?? [] }
}

/** A page of a workspace's rules, newest first. */
export async function listRules(
  db: Executor,
  workspaceId: string,
  list: { after: Position | undefined; limit: number },
): Promise<Rule[]> {
  const rules = await listEventRules(db, workspaceId, list)
  const ids = rules.map(({ id }) => id)
  const syncs = await syncsOfRules(db, workspaceId, ids)
  return rules.map(rule => ({ ...rule, syncIds: syncs.get(rule.id) ?? [] }))
}
