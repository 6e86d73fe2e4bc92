import type { Generated } from 'kysely'

/** Events for so many endpoints that the dispatcher makes their deliveries, in steps. */
export interface EventFanoutsTable {
  event_id: string
  workspace_id: string
  /** The last endpoint, in the order of ids, whose delivery was made. */
  after_endpoint_id: Generated<string>
  leased_until: Generated<Date>
}
