import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely'

/** What a workspace's own events start. */
export interface RulesTable {
  id: string
  workspace_id: string
  description: string | null
  event_types: string[]
  filter: JSONColumnType<Record<string, unknown> | null, string | null, string | null>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

/** The syncs that a rule starts. */
export interface RuleSyncsTable {
  workspace_id: string
  rule_id: string
  sync_id: string
}

/** A rule that events have met, until its syncs are asked to run. */
export interface RulesMetTable {
  id: GeneratedAlways<number>
  workspace_id: string
  rule_id: string
  /** The event, where it is one that is not to be told before a time: it may yet be cancelled. */
  event_id: string | null
  due_at: Date
}
