import { isHubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { connectAttempts } from '../../metrics/registry.ts'
import {
  attemptFields,
  endAttempt,
  findAttempt,
  noteNobodyCame,
  type AttemptRef,
  type ConnectAttempt,
} from './attempt-store.ts'
import { changeStatus } from '../change-status.ts'
import type { AttemptStep } from '../contract.ts'
import { discardGrant } from './discard-grant.ts'
import type { AttemptError } from '../states.ts'
import { lockConnection } from '../store.ts'

/**
 * Ends an attempt without a connection, destroys its secrets and revokes what it was given. A connection that has never been
 * connected becomes an error, unless its person has just not come: then it stays pending, and is forgotten some day. One that
 * is being reconnected stays as it is. Gives what became of the attempt, which may have ended before; null when its
 * callback or its person's choice has come in the meantime and it goes on.
 */
export async function failAttempt(
  hub: ConnectionParts,
  ref: AttemptRef,
  failure: { to: 'failed' | 'expired'; code: AttemptError; scopesMissing?: string[]; actor: string },
): Promise<AttemptStep> {
  const ended = await hub.db.transaction().execute(async trx => {
    const attempt = await findAttempt(trx, ref.workspaceId, ref.attemptId)
    const connection = await lockConnection(trx, attempt.workspaceId, attempt.connectionId)
    const from =
      failure.to === 'expired' ? (['awaiting', 'choosing'] as const) : (['awaiting', 'code_received'] as const)
    if (!(await endAttempt(trx, attempt, [...from], failure.to, failure.code, failure.scopesMissing))) return false
    // The grant stays until it is discarded, so that a crash in between leaves it for the next try.
    for (const field of [attemptFields.address, attemptFields.code, attemptFields.verifier, attemptFields.choices])
      await hub.credentials.destroy(trx, attempt.workspaceId, attempt.id, field)
    if (failure.to === 'expired') await noteNobodyCame(trx, attempt)
    else if (connection.status === 'pending')
      await changeStatus(hub, trx, connection, { to: 'error', reason: failure.code, actor: failure.actor })
    return true
  })
  const attempt = await findAttempt(hub.db, ref.workspaceId, ref.attemptId)
  if (ended) connectAttempts.inc({ provider: attempt.provider, outcome: failure.to })
  if (attempt.status === 'failed' || attempt.status === 'expired') await discardGrant(hub, attempt, failure.actor)
  return stepOf(attempt)
}

/** The error of an attempt for what went wrong while it was finished. */
export function attemptErrorOf(error: unknown): AttemptError {
  const known = [
    'ACCOUNT_MISMATCH',
    'CHOICE_NEEDED',
    'SCOPES_MISSING',
    'INVALID_CREDENTIALS',
    'CLIENT_REFUSED',
    'PROVIDER_UNREACHABLE',
  ] as const
  return known.find(code => isHubError(error, code)) ?? 'OAUTH_FAILED'
}

/** The scopes that a person would have had to give. */
export function scopesMissingIn(error: unknown): string[] {
  return isHubError(error, 'SCOPES_MISSING') ? (error.details as { scopes: string[] }).scopes : []
}

/** What an attempt has come to: its end, its person's choice, or null while it goes on by itself. */
export function stepOf({ status }: ConnectAttempt): AttemptStep {
  return status === 'awaiting' || status === 'code_received' ? null : status
}
