import { createHash } from 'node:crypto'
import type { ConnectionParts } from '../../connections/parts.ts'
import { forgetCall, noteCalls, type PushCall } from './push-calls.ts'
import type { RunHold } from '../runs/run-hold.ts'

/**
 * Notes the writes of a call that the platform refused as a whole as calls of their own: one that it does not take must not
 * hold the others back. Nothing of a call that is refused so has been done. Gives the new calls.
 */
export async function splitCall(hub: ConnectionParts, hold: RunHold, { key, items }: PushCall): Promise<PushCall[]> {
  const calls = items.map(item => ({ key: keyOf(key, item.recordId), items: [item] }))
  await hub.db.transaction().execute(async trx => {
    await noteCalls(trx, hold, calls)
    await forgetCall(trx, hold, key)
  })
  return calls
}

function keyOf(key: string, recordId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([key, recordId]))
    .digest('base64url')
}
