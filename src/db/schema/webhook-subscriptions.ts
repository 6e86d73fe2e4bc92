import type { Generated, JSONColumnType } from 'kysely'

export type SubscriptionStatus = 'pending' | 'active' | 'failing' | 'removed'

/** Webhooks of one connection that the hub has registered at the platform, or is to. */
export interface WebhookSubscriptionsTable {
  id: string
  workspace_id: string
  connection_id: string
  provider: string
  /** Where it sends to; null until there is one, and after its end. */
  address_id: string | null
  types: string[]
  /** What it is about, by the names that the platform's definition has. */
  about: JSONColumnType<Record<string, string>>
  status: Generated<SubscriptionStatus>
  /** The platform's ids of it; null until it is registered. */
  platform_id: string | null
  platform_resource: string | null
  expires_at: Date | null
  /** When the hub has something to do for it next: registering, renewing, removing. Null for nothing. */
  renew_at: Date | null
  /** How often in a row that has failed, and how the last time. */
  failures: Generated<number>
  last_error: string | null
  /** When it last began anew after a time in which nothing was sent. */
  gap_at: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
