import type { Generated } from 'kysely'

/** What a workspace chose for its deliveries, and the version of its set of endpoints. */
export interface DeliverySettingsTable {
  workspace_id: string
  /** Raised by every change to an endpoint that publishing depends on; a publish checks the version that it matched with. */
  endpoints_version: Generated<number>
  /** How long payloads are kept: 7, 30 or 90 days. */
  payload_days: Generated<number>
  retry_delays_ms: number[] | null
}
