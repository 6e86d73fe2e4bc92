import { timingSafeEqual } from 'node:crypto'
import { HubError } from '../../errors.ts'
import { stateHash } from '../../grants/authorize.ts'
import { deliveredIn } from '../../grants/key-delivery.ts'
import { methodOf } from '../method.ts'
import type { ConnectionParts } from '../parts.ts'
import { attemptPlace, findAddressedAttempt, takeCallback } from './attempt-store.ts'
import { handOver } from './hand-over.ts'

/**
 * Takes a key that a platform sends for an attempt, once: sealed in the transaction that moves the attempt on. The address
 * names the attempt, the state in the body proves that the platform was told of it. What comes again changes nothing.
 * @throws HubError `OAUTH_STATE_INVALID` for what is not for an attempt
 */
export async function receiveDelivery(hub: ConnectionParts, attemptId: string, body: unknown): Promise<void> {
  const found = await findAddressedAttempt(hub.db, attemptId)
  if (!found) throw new HubError('OAUTH_STATE_INVALID')
  const { attempt, state } = found
  const { method } = await methodOf(hub, attempt)
  const delivered = method.kind === 'key_delivery' ? deliveredIn(method, body) : undefined
  if (!delivered || !timingSafeEqual(stateHash(delivered.state), state)) throw new HubError('OAUTH_STATE_INVALID')
  const taken = await hub.db.transaction().execute(async trx => {
    if (!(await takeCallback(trx, attempt, { to: 'code_received', captured: {}, errorCode: null }))) return false
    await hub.credentials.put(trx, attemptPlace(attempt, 'code'), delivered.fields)
    return true
  })
  if (taken) await handOver(hub, attempt)
}
