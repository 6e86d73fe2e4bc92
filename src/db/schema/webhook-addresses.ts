import type { Generated } from 'kysely'

/** An address for the webhooks of one connection, which nobody can guess. */
export interface WebhookAddressesTable {
  id: string
  workspace_id: string
  connection_id: string
  provider: string
  provider_app_id: string | null
  name: string
  /** What a hub of feeds was asked for (WebSub): its question about another topic is not answered. */
  topics: Generated<string[]>
  /** The SHA-256 of the key in the address. */
  key_hash: Buffer
  /** The same of the key before, taken until its overlap ends. */
  key_before_hash: Buffer | null
  key_overlap_ends_at: Date | null
  /** Until then the secret before the current one verifies too. */
  secret_overlap_ends_at: Date | null
  /** Until then a handshake may bring a new secret. */
  learns_until: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
