import type { SealedTable } from '../../credentials/reseal.ts'
import { sealedAt } from './idempotency.ts'

/** Stored answers of Idempotency-Key, for the re-encryption after the keys have changed. */
export const idempotencyTable: SealedTable = {
  name: 'idempotency_keys',
  key: ['workspace_id', 'key', 'caller_id'],
  sealed: 'answer',
  place: row => sealedAt({ workspaceId: row.workspace_id!, callerId: row.caller_id!, key: row.key! }),
}
