import type { ColumnType, Generated } from 'kysely'
import type { InboundStatus } from './inbound.ts'

/** A range of what platforms have sent that is routed again. */
export interface InboundReplaysTable {
  id: string
  workspace_id: string
  from_at: Date
  to_at: Date
  statuses: InboundStatus[]
  provider: string | null
  connection_id: string | null
  type: string | null
  state: ColumnType<InboundReplayState, InboundReplayState | undefined, InboundReplayState>
  /** The last id that was looked at. */
  cursor: string
  looked_at: Generated<number>
  queued: Generated<number>
  actor: string
  created_at: Generated<Date>
  finished_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  /** By when its workflow should have looked at the row. */
  reconcile_at: ColumnType<Date | null, Date | null | undefined, Date | null>
}

/** `requested`: its workflow has not looked at it yet. */
export type InboundReplayState = 'requested' | 'running' | 'finished' | 'cancelled'
