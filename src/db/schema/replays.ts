import type { Generated } from 'kysely'

/** Ranges of deliveries that a person has sent again. The state is the request; a workflow carries it out. */
export interface ReplaysTable {
  id: string
  workspace_id: string
  /** Null for all of the workspace's endpoints. */
  endpoint_id: string | null
  /** The instants of the events: from this one… */
  from_at: Date
  /** …to before this one. */
  to_at: Date
  statuses: ('failed' | 'delivered' | 'cancelled')[]
  type: string | null
  /** What the endpoint did not get while it was failing or disabled: failed deliveries, then events without one. */
  missed: Generated<boolean>
  state: Generated<'requested' | 'running' | 'paused' | 'finished' | 'cancelled'>
  /** The last id that was looked at: a delivery's, or an event's once the deliveries are done. */
  cursor: string
  looked_at: Generated<number>
  queued: Generated<number>
  skipped: Generated<number>
  actor: string
  created_at: Generated<Date>
  finished_at: Date | null
  /** When `reconcile` calls its workflow, which moves this ahead as it works; null when the workflow knows the state. */
  reconcile_at: Generated<Date | null>
}
