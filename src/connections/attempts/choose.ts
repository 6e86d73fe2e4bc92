import { sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import { HubError } from '../../errors.ts'
import type { Choice } from '../health/choices.ts'
import type { ConnectionParts } from '../parts.ts'
import { attemptFields, attemptPlace, findAttempt, type AttemptRef, type ConnectAttempt } from './attempt-store.ts'
import { failAttempt, stepOf } from './fail-attempt.ts'
import { handOver } from './hand-over.ts'

/**
 * Has an attempt wait for its person to choose one of several accounts that its grant opens, for a bounded time. What there is
 * to choose from is kept sealed. Gives what the attempt has come to.
 */
export async function askToChoose(
  hub: ConnectionParts,
  attempt: ConnectAttempt,
  choices: Choice[],
): Promise<'choosing' | Exclude<ReturnType<typeof stepOf>, null>> {
  await hub.db.transaction().execute(async trx => {
    const { numUpdatedRows } = await trx
      .updateTable('connect_attempts')
      .set({
        status: 'choosing',
        expires_at: sql<Date>`now() + ${hub.connectionSettings.chooseForMs} * interval '1 millisecond'`,
        updated_at: sql<Date>`now()`,
      })
      .where('workspace_id', '=', attempt.workspaceId)
      .where('id', '=', attempt.id)
      .where('status', '=', 'code_received')
      .executeTakeFirst()
    if (numUpdatedRows === 1n) await hub.credentials.put(trx, attemptPlace(attempt, 'choices'), choices)
  })
  return stepOf(await findAttempt(hub.db, attempt.workspaceId, attempt.id)) ?? 'failed'
}

/** What an attempt waits for its person to choose from; empty when it does not. */
export async function choicesOf(hub: ConnectionParts, attempt: ConnectAttempt): Promise<Choice[]> {
  if (attempt.status !== 'choosing') return []
  return (await hub.credentials.get<Choice[]>(hub.db, attemptPlace(attempt, 'choices'))) ?? []
}

/**
 * Settles an attempt on one of its choices, once. Its workflow goes on after the commit; when Temporal is down the row waits
 * for it. Gives the attempt as it is then.
 * @param actor who chooses: an API key's id, or the callback
 * @throws HubError `CONNECT_ATTEMPT_NOT_FOUND`; `CONFLICT` when it does not wait for a choice, or no more; `INVALID_REQUEST` for
 * what is none of its choices, which leaves it as it is
 */
export async function settleChoice(
  hub: ConnectionParts,
  { workspaceId, attemptId }: AttemptRef,
  choiceId: string,
  actor: string,
): Promise<ConnectAttempt> {
  const attempt = await findAttempt(hub.db, workspaceId, attemptId)
  const notWaiting = { message: 'The attempt does not wait for a choice.' }
  if (attempt.status !== 'choosing') throw new HubError('CONFLICT', notWaiting)
  const chosen = (await choicesOf(hub, attempt)).find(({ id }) => id === choiceId)
  if (!chosen) {
    const details = [{ path: 'body.choice', message: 'Is none of the choices' }]
    throw new HubError('INVALID_REQUEST', { details })
  }
  if (!(await take(hub, attempt, chosen, actor))) {
    // Its time is over, or another has chosen just now: that one's attempt goes on.
    await failAttempt(hub, { workspaceId, attemptId }, { to: 'expired', code: 'ATTEMPT_EXPIRED', actor })
    throw new HubError('CONFLICT', notWaiting)
  }
  await handOver(hub, attempt)
  return findAttempt(hub.db, workspaceId, attemptId)
}

async function take(hub: ConnectionParts, attempt: ConnectAttempt, chosen: Choice, actor: string): Promise<boolean> {
  return hub.db.transaction().execute(async trx => {
    const { numUpdatedRows } = await trx
      .updateTable('connect_attempts')
      .set({
        status: 'code_received',
        captured: JSON.stringify({ ...attempt.captured, ...chosen.config }),
        handed_at: null,
        updated_at: sql<Date>`now()`,
      })
      .where('workspace_id', '=', attempt.workspaceId)
      .where('id', '=', attempt.id)
      .where('status', '=', 'choosing')
      .where('expires_at', '>', sql<Date>`now()`)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return false
    await hub.credentials.destroy(trx, attempt.workspaceId, attempt.id, attemptFields.choices)
    const { workspaceId, connectionId: subjectId, id: attemptId } = attempt
    await writeAudit(trx, {
      workspaceId,
      actor,
      action: 'connection.account_chosen',
      subjectId,
      details: { attemptId },
    })
    return true
  })
}
