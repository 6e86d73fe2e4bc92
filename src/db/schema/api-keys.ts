import type { Generated } from 'kysely'

export interface ApiKeysTable {
  id: string
  workspace_id: string
  name: string
  /** The first characters of the key, to recognise it by. */
  prefix: string
  /** SHA-256 of the whole key; the key itself is not kept. */
  hash: Buffer
  /** Single permissions, or `*`. */
  permissions: string[]
  created_at: Generated<Date>
  last_used_at: Date | null
  expires_at: Date | null
  revoked_at: Date | null
}
