import { hash, randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { deleteExpired } from '../db/expire.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { bodyBytes } from './body.ts'

/** A success as it goes out. */
export interface Answer {
  status: number
  /** JSON text; empty with status 204. */
  text: string
  replayed?: boolean
}

const headerName = 'idempotency-key'
const keptMs = 24 * 3_600_000

/** After this long a request under way counts as dead with its process. Longer than any request is allowed to take. */
const deadAfterMs = 60_000

/** The caller's Idempotency-Key; undefined when there is none. @throws HubError `INVALID_REQUEST` */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers[headerName]
  if (key === undefined) return undefined
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new HubError('INVALID_REQUEST', {
    details: [{ path: `headers.${headerName}`, message: 'Must be 1 to 255 visible ASCII characters' }],
  })
}

/**
 * Runs a creating request once per Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a repeat with the same
 * method, URL and body bytes is answered with the first success for 24 hours, by any process.
 *
 * What is promised: of requests with one key, one runs at a time, and after a success has been answered none runs again. Errors
 * are not kept, because they leave nothing behind: a repeat then runs. A process that dies after the handler's commit and
 * before the answer is stored leaves the key held for a minute; the next repeat after that runs again. Where even that
 * must not double anything, the resource has a business key of its own (an event's `eventId`, for one).
 * @throws HubError `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS`, and what `run` throws
 */
export async function once(
  hub: Hub,
  scope: { workspaceId: string; key: string; request: FastifyRequest },
  run: () => Promise<Answer>,
): Promise<Answer> {
  const { workspaceId, key, request } = scope
  const requestHash = hashOf(request)
  const holder = randomUUID()
  const place = { workspaceId, ownerId: key, field: 'idempotent_answer' }
  if (!(await take(hub, workspaceId, key, requestHash, holder))) {
    return replay(hub, workspaceId, key, requestHash)
  }
  let answer: Answer
  try {
    answer = await run()
  } catch (error) {
    await release(hub, workspaceId, key, holder).catch((fault: unknown) =>
      hub.log.warn({ err: fault, workspaceId }, 'an Idempotency-Key stays held for a minute: it was not released'),
    )
    throw error
  }
  const { keyId, sealed } = hub.credentials.ring.seal(place, answer.text)
  try {
    // By idempotency_keys_pkey.
    await hub.pool.query({
      name: 'idempotency-store',
      text: `update idempotency_keys set status = $4, key_id = $5, answer = $6
             where workspace_id = $1 and key = $2 and holder = $3`,
      values: [workspaceId, key, holder, answer.status, keyId, sealed],
    })
  } catch (error) {
    // What was created stands, and its caller is told so; only a repeat will not know.
    hub.log.warn({ err: error, workspaceId }, 'the answer to an Idempotency-Key was not stored')
  }
  return answer
}

/** Takes a key that is new, expired, or held by a request that must be dead. */
async function take(hub: Hub, workspaceId: string, key: string, requestHash: Buffer, holder: string): Promise<boolean> {
  const { rowCount } = await hub.pool.query({
    name: 'idempotency-take',
    text: `insert into idempotency_keys as held (workspace_id, key, request_hash, holder, expires_at)
           values ($1, $2, $3, $4, now() + $5 * interval '1 millisecond')
           on conflict (workspace_id, key) do update
             set request_hash = excluded.request_hash, holder = excluded.holder, taken_at = now(),
                 status = null, key_id = null, answer = null, expires_at = excluded.expires_at
             where held.expires_at < now()
                or (held.status is null and held.request_hash = excluded.request_hash
                    and held.taken_at < now() - $6 * interval '1 millisecond')`,
    values: [workspaceId, key, requestHash, holder, keptMs, deadAfterMs],
  })
  return rowCount === 1
}

async function replay(hub: Hub, workspaceId: string, key: string, requestHash: Buffer): Promise<Answer> {
  const { rows } = await hub.pool.query<{
    request_hash: Buffer
    status: number | null
    key_id: string | null
    answer: Buffer | null
  }>({
    name: 'idempotency-read',
    text: `select request_hash, status, key_id, answer from idempotency_keys where workspace_id = $1 and key = $2`,
    values: [workspaceId, key],
  })
  const row = rows[0]
  if (row && !row.request_hash.equals(requestHash)) throw new HubError('IDEMPOTENCY_CONFLICT')
  // No row: the one that held it has just failed and let go.
  if (!row || row.status === null || row.key_id === null || row.answer === null) {
    throw new HubError('IDEMPOTENCY_IN_PROGRESS', { retryAfterMs: 1_000 })
  }
  const place = { workspaceId, ownerId: key, field: 'idempotent_answer' }
  const text = hub.credentials.ring.open(place, { keyId: row.key_id, sealed: row.answer }).toString()
  return { status: row.status, text, replayed: true }
}

async function release(hub: Hub, workspaceId: string, key: string, holder: string): Promise<void> {
  await hub.pool.query({
    name: 'idempotency-release',
    text: `delete from idempotency_keys where workspace_id = $1 and key = $2 and holder = $3 and status is null`,
    values: [workspaceId, key, holder],
  })
}

function hashOf(request: FastifyRequest): Buffer {
  // Method and URL hold no line break, so that the three parts stay apart.
  const head = Buffer.from(`${request.method}\n${request.url}\n`)
  return hash('sha256', Buffer.concat([head, bodyBytes(request)]), 'buffer')
}

/** Removes up to `limit` expired keys of all workspaces; gives how many. Called in turns until it gives less. */
export function expireIdempotencyKeys(hub: Hub, limit: number): Promise<number> {
  return deleteExpired(hub.pool, 'idempotency_keys', 'workspace_id, key', limit)
}
