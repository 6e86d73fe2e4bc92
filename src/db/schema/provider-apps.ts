import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** A workspace's own registration at a provider. Its client secret and webhook secret are in `credentials`. */
export interface ProviderAppsTable {
  id: string
  workspace_id: string
  provider: string
  name: string
  client_id: string | null
  scopes: string[]
  /** Replacements of the provider's origins: `{ "https://api.github.com": "https://github.example.com/api" }`. */
  base_urls: JSONColumnType<Record<string, string>>
  /** What else its platform's definition names and is no secret. */
  settings: ColumnType<Record<string, string>, string | undefined, string>
  /** Until then the webhook secret before the current one verifies too. */
  webhook_secret_overlap_ends_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
