import type pg from 'pg'
import { deleteExpired } from '../../db/expire.ts'
import type { Hub } from '../../hub.ts'
import { idempotencyKeptMs } from './policy.ts'

/** What an answer is kept under. The caller is part of it: what one API key was told may hold a secret of its own. */
export interface AnswerPlace {
  workspaceId: string
  /** The id of the API key; `admin` for the admin key. */
  callerId: string
  /** The caller's Idempotency-Key. */
  key: string
}

/** A key that a request of this process has taken. */
export interface Hold extends AnswerPlace {
  /** The request: another that took the key over has another. */
  holder: string
}

export interface KeptAnswer {
  request_hash: Buffer
  status: number | null
  key_id: string | null
  answer: Buffer | null
}

// All by idempotency_keys_pkey.

/**
 * Takes a key that is new, expired, or held by a request that has stopped renewing its hold; false when the key is not free.
 */
export async function takeKey(pool: pg.Pool, hold: Hold, requestHash: Buffer, holdMs: number): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'idempotency-take',
    text: `insert into idempotency_keys as held (workspace_id, caller_id, key, holder, request_hash, expires_at)
           values ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond')
           on conflict (workspace_id, caller_id, key) do update
             set request_hash = excluded.request_hash, holder = excluded.holder, taken_at = now(),
                 status = null, key_id = null, answer = null, expires_at = excluded.expires_at
             where held.expires_at < now()
                or (held.status is null and held.request_hash = excluded.request_hash
                    and held.taken_at < now() - $7 * interval '1 millisecond')`,
    values: [...partsOf(hold), requestHash, idempotencyKeptMs, holdMs],
  })
  return rowCount === 1
}

/** What is kept under a key: an answer, or the note that its request is under way. */
export async function readAnswer(pool: pg.Pool, place: AnswerPlace): Promise<KeptAnswer | undefined> {
  const { rows } = await pool.query<KeptAnswer>({
    name: 'idempotency-read',
    text: `select request_hash, status, key_id, answer from idempotency_keys
           where workspace_id = $1 and caller_id = $2 and key = $3`,
    values: [place.workspaceId, place.callerId, place.key],
  })
  return rows[0]
}

/** Keeps the answer; false when the hold was lost meanwhile. */
export async function storeAnswer(
  pool: pg.Pool,
  hold: Hold,
  answer: { status: number; keyId: string; sealed: Buffer },
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'idempotency-store',
    text: `update idempotency_keys set status = $5, key_id = $6, answer = $7
           where workspace_id = $1 and caller_id = $2 and key = $3 and holder = $4`,
    values: [...partsOf(hold), answer.status, answer.keyId, answer.sealed],
  })
  return rowCount === 1
}

/** Frees the key of a failed request. The failure left nothing behind, so a repeat may run. */
export async function releaseKey(pool: pg.Pool, hold: Hold): Promise<void> {
  await pool.query({
    name: 'idempotency-release',
    text: `delete from idempotency_keys
           where workspace_id = $1 and caller_id = $2 and key = $3 and holder = $4 and status is null`,
    values: partsOf(hold),
  })
}

/** Prolongs holds of requests that are still under way. */
export async function renewKeys(pool: pg.Pool, holds: Hold[]): Promise<void> {
  const column = (part: keyof Hold) => holds.map(hold => hold[part])
  await pool.query({
    name: 'idempotency-renew',
    text: `update idempotency_keys as held set taken_at = now()
           from unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) as mine (workspace_id, caller_id, key, holder)
           where held.workspace_id = mine.workspace_id and held.caller_id = mine.caller_id and held.key = mine.key
             and held.holder = mine.holder and held.status is null`,
    values: [column('workspaceId'), column('callerId'), column('key'), column('holder')],
  })
}

/** Removes up to `limit` expired keys of all workspaces; gives how many. Called in turns until it gives less. */
export function expireIdempotencyKeys(hub: Hub, limit: number): Promise<number> {
  return deleteExpired(hub.pool, 'idempotency_keys', 'workspace_id, caller_id, key', limit)
}

function partsOf({ workspaceId, callerId, key, holder }: Hold): string[] {
  return [workspaceId, callerId, key, holder]
}
