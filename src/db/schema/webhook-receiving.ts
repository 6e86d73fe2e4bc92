import type { Generated } from 'kysely'

/** One row: when a process last said that it receives webhooks, and the last time in which none did. */
export interface WebhookReceivingTable {
  one: Generated<boolean>
  alive_at: Date
  away_from: Date | null
  away_until: Date | null
  /** The end of the time away for which all connections have been marked, and else up to which one they have. */
  marked_until: Date | null
  marked_to: string | null
}
