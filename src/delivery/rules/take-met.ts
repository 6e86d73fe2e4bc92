import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'

/** A rule that events have met since it was last taken, and how many notes of that there were. */
export interface MetRule {
  workspaceId: string
  ruleId: string
  notes: number
}

/**
 * Takes up to `limit` notes that rules were met by events that are due, in the caller's transaction: what is not committed is there
 * for the next to take. Index: rules_met_by_due.
 */
export async function takeMetRules(db: Executor, limit: number): Promise<MetRule[]> {
  const { rows } = await sql<MetRule>`
    with due as materialized (
      select id from rules_met where due_at <= now() order by due_at, id limit ${limit} for update skip locked
    ), taken as (
      delete from rules_met m using due where m.id = due.id returning m.workspace_id, m.rule_id
    )
    select workspace_id as "workspaceId", rule_id as "ruleId", count(*)::int as notes
    from taken group by workspace_id, rule_id`.execute(db)
  return rows
}
