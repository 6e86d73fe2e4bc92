import type { Generated } from 'kysely'

/** At most one row: while it is there, nothing gets out and all deliveries pause. */
export interface DeliveryOutageTable {
  one: Generated<boolean>
  since: Generated<Date>
  next_probe_at: Generated<Date>
}
