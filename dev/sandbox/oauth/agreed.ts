import type { Storage } from '../storage.ts'
import type { Agreed } from './dialect.ts'

/** What a person agreed to, while she has not taken it back. */
export function agreedOf(storage: Storage, grantId: string): Agreed | undefined {
  const row = storage.get<Omit<Agreed, 'params'> & { params: string }>(
    'SELECT id, account, scope, client_id AS clientId, params FROM grants WHERE id = ? AND revoked_ms IS NULL',
    grantId,
  )
  return row && { ...row, params: JSON.parse(row.params) as Record<string, string> }
}

/** Records that she agrees. */
export function recordGrant(
  storage: Storage,
  platform: string,
  { id, account, scope, clientId, params }: Agreed,
): void {
  storage.run(
    'INSERT INTO grants (id, platform, client_id, account, scope, params, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[id, platform, clientId, account, scope, JSON.stringify(params), Date.now()],
  )
}
