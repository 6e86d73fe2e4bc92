import type { GeneratedAlways } from 'kysely'

/** Refreshes that one look of a sweep has claimed together. It is there until it has passed and none of them is its holder's any more. */
export interface RefreshClaimsTable {
  id: GeneratedAlways<number>
  /** The `lease_owner` of the connections. */
  owner: string
  until: Date
  connection_ids: string[]
}
