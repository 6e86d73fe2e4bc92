import type { Generated } from 'kysely'

/** First answers to creating calls, by the caller's Idempotency-Key. Answers are sealed: they may hold new keys. */
export interface IdempotencyKeysTable {
  workspace_id: string
  /** The API key that asked: the answer is for it alone. '' in rows from before callers were kept. */
  caller_id: string
  key: string
  /** SHA-256 of method, path and body: the same key with another request is refused. */
  request_hash: Buffer
  /** The request that works on it: a later one that took the key over has another. */
  holder: string
  /** Renewed while the request is under way. */
  taken_at: Generated<Date>
  /** Null while the request is under way. */
  status: number | null
  key_id: string | null
  answer: Buffer | null
  created_at: Generated<Date>
  expires_at: Date
}
