import type { Generated } from 'kysely'

/** Secrets, sealed. What a row belongs to is part of its associated data: moved elsewhere it does not open. */
export interface CredentialsTable {
  workspace_id: string
  /** The id of the connection, provider app, endpoint or attempt whose secret this is. */
  owner_id: string
  /** Which secret of the owner: `tokens`, `client_secret`, `webhook_secret`, `signing_secret`… */
  field: string
  /** The key of the ring that sealed it. */
  key_id: string
  sealed: Buffer
  updated_at: Generated<Date>
}
