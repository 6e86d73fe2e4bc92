import type { Executor } from '../../db/database.ts'
import { conditionOf, type Condition, type ConditionedEvent } from '../events/filters/endpoint-condition.ts'
import { looksPerTest, type Looks } from '../events/filters/filter.ts'

/** A rule as publishing sees it. */
export interface MatchedRule {
  id: string
  patterns: readonly string[]
  /** What it asks of an event beyond its type; undefined for nothing. */
  condition: Condition | undefined
}

/** The rules of a workspace, in the order of their ids. Index: rules_by_workspace. */
export async function loadRules(db: Executor, workspaceId: string): Promise<MatchedRule[]> {
  const rows = await db
    .selectFrom('rules')
    .select(['id', 'event_types', 'filter'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('id')
    .execute()
  return rows.map(({ id, event_types: patterns, filter }) => ({
    ...{ id, patterns },
    condition: conditionOf({ channels: null, filter }),
  }))
}

/**
 * The ids of those rules of an event's type that the event meets. Where the looks have run out it is taken to meet them: a run
 * too many finds nothing to do.
 */
export function rulesMetBy(rules: readonly MatchedRule[], event: ConditionedEvent, looks: Looks): string[] {
  return rules.flatMap(({ id, condition }) =>
    condition === undefined || looks.left < looksPerTest || condition(event, looks) ? [id] : [],
  )
}
