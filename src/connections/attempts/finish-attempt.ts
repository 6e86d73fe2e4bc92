import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { connectAttempts } from '../../metrics/registry.ts'
import { adoptGrant } from '../tokens/adopt-grant.ts'
import { ChoiceNeeded } from '../health/discover.ts'
import { askToChoose } from './choose.ts'
import { openAttempt } from './attempt-account.ts'
import { attemptPlace, endAttempt, findAttempt, type AttemptRef } from './attempt-store.ts'
import type { AttemptStep } from '../contract.ts'
import { discardGrant } from './discard-grant.ts'
import { stepOf } from './fail-attempt.ts'
import { lockConnection } from '../store.ts'
import type { WonGrant } from './won-grant.ts'

/**
 * Finds out whose account an exchanged grant opens and makes the grant the connection's: the end of the attempt, unless it
 * opens several and its person has to choose first.
 * @throws HubError `INVALID_CREDENTIALS`, `ACCOUNT_MISMATCH`, `OAUTH_FAILED`, `CONFLICT` (for good), `PROVIDER_ERROR`,
 * `PROVIDER_UNREACHABLE`, `RATE_LIMITED` (try again)
 */
export async function completeAttempt(
  hub: ConnectionParts,
  ref: AttemptRef,
  actor: string,
): Promise<Exclude<AttemptStep, null>> {
  const attempt = await findAttempt(hub.db, ref.workspaceId, ref.attemptId)
  if (attempt.status !== 'code_received') {
    // A try that failed the attempt may have died before it had discarded the grant.
    if (attempt.status === 'failed' || attempt.status === 'expired') await discardGrant(hub, attempt, actor)
    return stepOf(attempt) ?? 'failed'
  }
  const won = await hub.credentials.get<WonGrant>(hub.db, attemptPlace(attempt, 'grant'))
  if (!won) throw new HubError('OAUTH_FAILED')
  const opened = await openAttempt(hub, attempt, won.grant).catch((error: unknown) => {
    if (!(error instanceof ChoiceNeeded)) throw error
    if (error.missed) throw new HubError('ACCOUNT_MISMATCH', { cause: error })
    return error.choices
  })
  if (Array.isArray(opened)) return askToChoose(hub, attempt, opened)
  const { account, config, grant } = opened
  const completed = await hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, attempt.workspaceId, attempt.connectionId)
    if (!(await endAttempt(trx, attempt, ['code_received'], 'completed', null))) return false
    await adoptGrant(hub, trx, connection, {
      grant,
      receivedAt: new Date(won.receivedAtMs),
      account,
      config: { ...attempt.captured, ...config },
      scopes: attempt.scopes,
      actor,
    })
    await hub.credentials.destroy(trx, attempt.workspaceId, attempt.id)
    return true
  })
  if (!completed) return stepOf(await findAttempt(hub.db, ref.workspaceId, ref.attemptId)) ?? 'failed'
  connectAttempts.inc({ provider: attempt.provider, outcome: 'connected' })
  return 'completed'
}
