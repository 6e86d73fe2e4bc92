import type { Generated, JSONColumnType } from 'kysely'

export type AttemptStatus = 'awaiting' | 'code_received' | 'choosing' | 'completed' | 'failed' | 'expired'

/**
 * One try of a person to connect an account. Its address, PKCE verifier, code, fresh tokens and what there is to choose from
 * are in `credentials`.
 */
export interface ConnectAttemptsTable {
  id: string
  workspace_id: string
  connection_id: string
  provider: string
  /** The id of the method that is gone; null where a version before methods wrote it. */
  method: string | null
  /** SHA-256 of the `state` parameter. */
  state_hash: Buffer
  /** SHA-256 of the cookie of the browser that it belongs to; null while it belongs to none. */
  browser_hash: Buffer | null
  redirect_uri: string
  return_url: string | null
  scopes: string[]
  /** Query parameters of the redirect that the provider's definition asks to keep. */
  captured: JSONColumnType<Record<string, string>>
  status: AttemptStatus
  error_code: string | null
  /** Scopes without which there is no connection, and which its person did not give. */
  scopes_missing: Generated<string[]>
  /** When its workflow was last told of the callback. */
  handed_at: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
  expires_at: Date
}
