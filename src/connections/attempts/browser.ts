import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { stateHash } from '../../grants/authorize.ts'
import { attemptPlace, findAttempt, findAttemptByState, type ConnectAttempt } from './attempt-store.ts'

/** What the cookies say that a browser sends, by attempt. */
export type BrowserProof = (attemptId: string) => string | undefined

const hashOf = (proof: string) => createHash('sha256').update(proof).digest()

/**
 * Refuses a browser that is not the one that an attempt belongs to: whoever brings another's code, or has another agree in
 * their place, does not connect the account (RFC 6749, 10.12). @throws HubError `OTHER_BROWSER`
 */
export function assertBrowser(attempt: ConnectAttempt, proofOf: BrowserProof): void {
  if (attempt.browserHash === null) return
  const proof = proofOf(attempt.id)
  if (proof === undefined || !timingSafeEqual(hashOf(proof), attempt.browserHash)) throw new HubError('OTHER_BROWSER')
}

/**
 * Makes an attempt the browser's that asks, where it is nobody's yet. Gives the proof that the browser keeps from then on;
 * undefined when it has it already. @throws HubError `OTHER_BROWSER`
 */
export async function bindBrowser(
  hub: ConnectionParts,
  attempt: ConnectAttempt,
  proofOf: BrowserProof,
): Promise<string | undefined> {
  if (attempt.browserHash === null) {
    const proof = randomBytes(32).toString('base64url')
    const { numUpdatedRows } = await hub.db
      .updateTable('connect_attempts')
      .set({ browser_hash: hashOf(proof) })
      .where('workspace_id', '=', attempt.workspaceId)
      .where('id', '=', attempt.id)
      .where('browser_hash', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 1n) return proof
  }
  assertBrowser(await findAttempt(hub.db, attempt.workspaceId, attempt.id), proofOf)
  return undefined
}

/**
 * Where a browser has to go that begins an attempt, which is its own from then on.
 * @returns no address once the attempt has gone on; `proof` as `bindBrowser`
 * @throws HubError `OAUTH_STATE_INVALID`, `OTHER_BROWSER`
 */
export async function beginInBrowser(
  hub: ConnectionParts,
  provider: string,
  state: string,
  proofOf: BrowserProof,
): Promise<{ attempt: ConnectAttempt; address: string | undefined; proof: string | undefined }> {
  const attempt = await findAttemptByState(hub.db, stateHash(state), provider)
  if (!attempt) throw new HubError('OAUTH_STATE_INVALID')
  const proof = await bindBrowser(hub, attempt, proofOf)
  const isOpen = attempt.status === 'awaiting' && attempt.expiresAt > new Date()
  const address = isOpen ? await hub.credentials.get<string>(hub.db, attemptPlace(attempt, 'address')) : undefined
  return { attempt, address, proof }
}
