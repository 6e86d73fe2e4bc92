import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { hubErrorOf, TokenError } from '../../grants/answers/token-error.ts'
import { attemptFields, attemptPlace, findAttempt, type AttemptRef } from './attempt-store.ts'
import { outlastDatabase } from './outlast-database.ts'
import { grantingOf } from '../granting.ts'
import { findConnection } from '../store.ts'
import type { WonGrant } from './won-grant.ts'

/**
 * Spends the code of an attempt in state `code_received` and seals what it won beside it. A code can be spent once: when a
 * try dies between the answer and the seal, the next one is refused and the attempt fails.
 * @throws HubError `OAUTH_FAILED` or `CLIENT_REFUSED` (for good); `PROVIDER_ERROR`, `PROVIDER_UNREACHABLE` or `RATE_LIMITED`
 * (try again)
 */
export async function exchangeAttempt(hub: ConnectionParts, ref: AttemptRef): Promise<void> {
  const attempt = await findAttempt(hub.db, ref.workspaceId, ref.attemptId)
  const place = (field: keyof typeof attemptFields) => attemptPlace(attempt, field)
  if (attempt.status !== 'code_received') return
  if (await hub.credentials.get(hub.db, place('grant'))) return
  const code = await hub.credentials.get<string | Record<string, string>>(hub.db, place('code'))
  const verifier = await hub.credentials.get<string>(hub.db, place('verifier'))
  if (code === undefined) throw new HubError('OAUTH_FAILED')
  const connection = await findConnection(hub.db, attempt.workspaceId, attempt.connectionId)
  const config = { ...connection.config, ...attempt.captured }
  const { way, call } = await grantingOf(hub, { ...connection, method: attempt.method, config, scopes: attempt.scopes })
  let won: WonGrant
  try {
    const { redirectUri } = attempt
    const grant = await way.obtain(
      call(),
      typeof code === 'string' ? { code, verifier, redirectUri } : { fields: code },
    )
    won = { grant, receivedAtMs: Date.now() }
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    const { workspaceId, id: attemptId } = attempt
    hub.log.info({ workspaceId, attemptId, failure: error.failure, providerCode: error.providerCode }, 'no exchange')
    throw hubErrorOf(error, 'OAUTH_FAILED')
  }
  await outlastDatabase(hub, 'an exchanged token', () =>
    hub.db.transaction().execute(async trx => {
      await hub.credentials.put(trx, place('grant'), won)
      for (const field of [attemptFields.address, attemptFields.code, attemptFields.verifier])
        await hub.credentials.destroy(trx, attempt.workspaceId, attempt.id, field)
    }),
  )
}
