import { sql, type Selectable } from 'kysely'
import type { SecretPlace } from '../../credentials/key-ring.ts'
import type { Executor } from '../../db/database.ts'
import type { AttemptStatus, ConnectAttemptsTable } from '../../db/schema/connect-attempts.ts'
import { HubError } from '../../errors.ts'
import type { AttemptError } from '../states.ts'

/** One try of a person to connect an account. */
export interface ConnectAttempt {
  id: string
  workspaceId: string
  connectionId: string
  provider: string
  /** The id of the method that is gone. */
  method: string
  redirectUri: string
  returnUrl: string | null
  scopes: string[]
  captured: Record<string, string>
  /** What the cookie of its browser hashes to; null while any may come. */
  browserHash: Buffer | null
  status: AttemptStatus
  errorCode: AttemptError | null
  /** Scopes without which there is no connection, and which its person did not give. */
  scopesMissing: string[]
  /** When its workflow was told of the callback; null while it is not. */
  handedAt: Date | null
  createdAt: Date
  expiresAt: Date
}

/** An attempt, as its workflow names it. */
export interface AttemptRef {
  workspaceId: string
  attemptId: string
}

/** The secrets of an attempt, each under its field; all go when it ends. */
export const attemptFields = {
  address: 'address',
  verifier: 'verifier',
  code: 'code',
  grant: 'grant',
  choices: 'choices',
} as const

export function attemptPlace(
  attempt: { workspaceId: string; id: string },
  field: keyof typeof attemptFields,
): SecretPlace {
  return { workspaceId: attempt.workspaceId, ownerId: attempt.id, field: attemptFields[field] }
}

function attemptFromRow(row: Selectable<ConnectAttemptsTable>): ConnectAttempt {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    connectionId: row.connection_id,
    provider: row.provider,
    method: row.method ?? 'oauth',
    redirectUri: row.redirect_uri,
    returnUrl: row.return_url,
    scopes: row.scopes,
    captured: row.captured,
    browserHash: row.browser_hash,
    status: row.status,
    errorCode: row.error_code as AttemptError | null,
    scopesMissing: row.scopes_missing,
    handedAt: row.handed_at,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

export interface NewAttempt {
  id: string
  workspaceId: string
  connectionId: string
  provider: string
  method: string
  stateHash: Buffer
  redirectUri: string
  returnUrl: string | null
  scopes: string[]
  lifetimeMs: number
}

export async function insertAttempt(trx: Executor, attempt: NewAttempt): Promise<ConnectAttempt> {
  const row = await trx
    .insertInto('connect_attempts')
    .values({
      id: attempt.id,
      workspace_id: attempt.workspaceId,
      connection_id: attempt.connectionId,
      provider: attempt.provider,
      method: attempt.method,
      state_hash: attempt.stateHash,
      redirect_uri: attempt.redirectUri,
      return_url: attempt.returnUrl,
      scopes: attempt.scopes,
      captured: JSON.stringify({}),
      status: 'awaiting',
      expires_at: sql<Date>`now() + ${attempt.lifetimeMs} * interval '1 millisecond'`,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return attemptFromRow(row)
}

/** @throws HubError `CONNECT_ATTEMPT_NOT_FOUND` */
export async function findAttempt(db: Executor, workspaceId: string, attemptId: string): Promise<ConnectAttempt> {
  const row = await db
    .selectFrom('connect_attempts')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', attemptId)
    .executeTakeFirst()
  if (!row) throw new HubError('CONNECT_ATTEMPT_NOT_FOUND')
  return attemptFromRow(row)
}

/** The attempt that a state and provider name, whatever has become of it. The state is the bearer's proof here. */
export async function findAttemptByState(
  db: Executor,
  stateHash: Buffer,
  provider: string,
): Promise<ConnectAttempt | undefined> {
  const row = await db
    .selectFrom('connect_attempts')
    .selectAll()
    .where('state_hash', '=', stateHash)
    .where('provider', '=', provider)
    .executeTakeFirst()
  return row && attemptFromRow(row)
}

/**
 * The attempt that an address names, whatever its workspace, and the hash of its state: the caller trusts nothing until the
 * bearer has said that state.
 */
export async function findAddressedAttempt(
  db: Executor,
  attemptId: string,
): Promise<{ attempt: ConnectAttempt; state: Buffer } | undefined> {
  const row = await db.selectFrom('connect_attempts').selectAll().where('id', '=', attemptId).executeTakeFirst()
  return row && { attempt: attemptFromRow(row), state: row.state_hash }
}

/**
 * Takes the callback of an attempt: moves it on from `awaiting`, which can succeed once only. False when it was used
 * already or has expired: then nothing was written.
 */
export async function takeCallback(
  trx: Executor,
  attempt: { workspaceId: string; id: string },
  callback: { to: 'code_received' | 'failed'; captured: Record<string, string>; errorCode: AttemptError | null },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('connect_attempts')
    .set({
      status: callback.to,
      captured: JSON.stringify(callback.captured),
      error_code: callback.errorCode,
      updated_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', attempt.workspaceId)
    .where('id', '=', attempt.id)
    .where('status', '=', 'awaiting')
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Ends an attempt that still is in one of these states, `choosing` only when its time is over. False when it is not: then nothing was written. */
export async function endAttempt(
  trx: Executor,
  attempt: { workspaceId: string; id: string },
  from: AttemptStatus[],
  to: 'completed' | 'failed' | 'expired',
  errorCode: AttemptError | null,
  scopesMissing: string[] = [],
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('connect_attempts')
    .set({ status: to, error_code: errorCode, scopes_missing: scopesMissing, updated_at: sql<Date>`now()` })
    .where('workspace_id', '=', attempt.workspaceId)
    .where('id', '=', attempt.id)
    .where('status', 'in', from)
    // A choice that there is time for is not late, whoever thinks so.
    .where(eb => eb.or([eb('status', '<>', 'choosing'), eb('expires_at', '<=', sql<Date>`now()`)]))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/**
 * Notes of a connection that has never been connected that the person of its last attempt did not come. It stays pending:
 * nothing is wrong with it, and another attempt may begin.
 */
export async function noteNobodyCame(
  trx: Executor,
  attempt: { workspaceId: string; connectionId: string },
): Promise<void> {
  await trx
    .updateTable('connections')
    .set({ status_reason: 'ATTEMPT_EXPIRED', updated_at: sql<Date>`now()` })
    .where('workspace_id', '=', attempt.workspaceId)
    .where('id', '=', attempt.connectionId)
    .where('status', '=', 'pending')
    .where(eb => {
      // Over connect_attempts_by_connection.
      const open = eb
        .selectFrom('connect_attempts')
        .select('id')
        .where('workspace_id', '=', attempt.workspaceId)
        .where('connection_id', '=', attempt.connectionId)
        .where('status', 'in', ['awaiting', 'code_received', 'choosing'])
      return eb.not(eb.exists(open))
    })
    .execute()
}

/** Notes that the attempt's workflow was told of its callback. */
export async function noteHanded(db: Executor, attempt: { workspaceId: string; id: string }): Promise<void> {
  await db
    .updateTable('connect_attempts')
    .set({ handed_at: sql<Date>`now()` })
    .where('workspace_id', '=', attempt.workspaceId)
    .where('id', '=', attempt.id)
    .execute()
}

/**
 * Attempts that reconcile has to look at: with a code that no workflow was told of within `handMs`, or was told of and has
 * not finished within `finishMs`; and those whose person did not come back, or did not choose.
 */
export async function unfinishedAttempts(
  db: Executor,
  limit: number,
  times: { handMs: number; finishMs: number },
): Promise<ConnectAttempt[]> {
  const ago = (ms: number) => sql<Date>`now() - ${ms} * interval '1 millisecond'`
  // Over connect_attempts_open.
  const rows = await db
    .selectFrom('connect_attempts')
    .selectAll()
    .where(eb =>
      eb.or([
        eb.and([eb('status', 'in', ['awaiting', 'choosing']), eb('expires_at', '<', ago(times.handMs))]),
        eb.and([
          eb('status', '=', 'code_received'),
          eb.or([
            eb.and([eb('handed_at', 'is', null), eb('updated_at', '<', ago(times.handMs))]),
            eb('handed_at', '<', ago(times.finishMs)),
          ]),
        ]),
      ]),
    )
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  return rows.map(attemptFromRow)
}
