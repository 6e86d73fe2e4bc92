import type { Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { behind, type Position } from '../../db/keyset.ts'
import type { RulesTable } from '../../db/schema/rules.ts'
import { HubError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { raiseEndpointsVersion } from '../endpoints/endpoint-mode.ts'

/** Which events meet a rule. */
export interface RuleSettings {
  description: string | null
  eventTypes: string[]
  filter: Record<string, unknown> | null
}

/** A rule without what it starts, which is for another part to know. */
export interface EventRule extends RuleSettings {
  id: string
  workspaceId: string
  createdAt: Date
  updatedAt: Date
}

/** How many rules a workspace has. */
export async function countRules(db: Executor, workspaceId: string): Promise<number> {
  const row = await db
    .selectFrom('rules')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow()
  return row.count
}

/** From the commit on every event of the workspace is matched with it. */
export async function insertRule(db: Executor, workspaceId: string, settings: RuleSettings): Promise<EventRule> {
  const row = await db
    .insertInto('rules')
    .values({
      id: newId('rule'),
      workspace_id: workspaceId,
      description: settings.description,
      event_types: settings.eventTypes,
      filter: settings.filter && JSON.stringify(settings.filter),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await raiseEndpointsVersion(db, workspaceId)
  return ruleOf(row)
}

/** @throws HubError `RULE_NOT_FOUND` */
export async function updateRule(
  db: Executor,
  workspaceId: string,
  ruleId: string,
  { description, eventTypes, filter }: { [Name in keyof RuleSettings]?: RuleSettings[Name] | undefined },
): Promise<EventRule> {
  const row = await db
    .updateTable('rules')
    .set({
      description,
      event_types: eventTypes,
      filter: filter ? JSON.stringify(filter) : filter,
      updated_at: new Date(),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', ruleId)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw new HubError('RULE_NOT_FOUND')
  await raiseEndpointsVersion(db, workspaceId)
  return ruleOf(row)
}

/** What it has met and has not started yet is forgotten too. @throws HubError `RULE_NOT_FOUND` */
export async function deleteRule(db: Executor, workspaceId: string, ruleId: string): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom('rules')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', ruleId)
    .executeTakeFirst()
  if (numDeletedRows === 0n) throw new HubError('RULE_NOT_FOUND')
  await raiseEndpointsVersion(db, workspaceId)
}

/** @throws HubError `RULE_NOT_FOUND` */
export async function findEventRule(db: Executor, workspaceId: string, ruleId: string): Promise<EventRule> {
  const row = await db
    .selectFrom('rules')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', ruleId)
    .executeTakeFirst()
  if (!row) throw new HubError('RULE_NOT_FOUND')
  return ruleOf(row)
}

/** Newest first. Index: rules_by_workspace. */
export async function listEventRules(
  db: Executor,
  workspaceId: string,
  list: { after: Position | undefined; limit: number },
): Promise<EventRule[]> {
  const rows = await db
    .selectFrom('rules')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where(behind(list.after))
    .orderBy('id', 'desc')
    .limit(list.limit)
    .execute()
  return rows.map(ruleOf)
}

function ruleOf(row: Selectable<RulesTable>): EventRule {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    description: row.description,
    eventTypes: row.event_types,
    filter: row.filter,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
