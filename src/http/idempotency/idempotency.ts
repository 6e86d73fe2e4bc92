import { hash, randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { HubError } from '../../errors.ts'
import type { Hub } from '../../hub.ts'
import { bodyBytes } from '../body.ts'
import type { IdempotencyHolds } from './idempotency-holds.ts'
import { readAnswer, releaseKey, storeAnswer, takeKey, type AnswerPlace, type Hold } from './idempotency-store.ts'
import type { Caller } from '../route.ts'

/** A success as it goes out. */
export interface Answer {
  status: number
  /** JSON text; empty with status 204. */
  text: string
  replayed?: boolean
}

const headerName = 'idempotency-key'

/** What an Idempotency-Key looks like; the API's description shows it too. */
export const idempotencyKeyPattern = /^[\x21-\x7e]{1,255}$/

/** The caller's Idempotency-Key; undefined when there is none. @throws HubError `INVALID_REQUEST` */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers[headerName]
  if (key === undefined) return undefined
  if (typeof key === 'string' && idempotencyKeyPattern.test(key)) return key
  throw new HubError('INVALID_REQUEST', {
    details: [{ path: `headers.${headerName}`, message: 'Must be 1 to 255 visible ASCII characters' }],
  })
}

/**
 * Runs a creating request once per API key and Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a repeat with the same
 * method, URL and body bytes is answered with the first success for 24 hours, by any process. Another API key's requests are
 * its own, whatever they are called: it must not be told what this one was.
 *
 * What is promised: of requests with one key, one runs at a time, and after a success has been answered none runs again. Errors
 * are not kept, because they leave nothing behind: a repeat then runs. A process that dies after the handler's commit and
 * before the answer is stored leaves the key held for a minute; the next repeat after that runs again. Where even that
 * must not double anything, the resource has a business key of its own (an event's `eventId`, for one).
 * @throws HubError `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS`, and what `run` throws
 */
export async function once(
  hub: Hub,
  holds: IdempotencyHolds,
  asked: { caller: Caller; key: string; request: FastifyRequest },
  run: () => Promise<Answer>,
): Promise<Answer> {
  const requestHash = hashOf(asked.request)
  const { workspaceId, apiKeyId } = asked.caller
  const hold = { workspaceId, callerId: apiKeyId, key: asked.key, holder: randomUUID() }
  if (!(await takeKey(hub.pool, hold, requestHash, holds.holdMs))) return replay(hub, hold, requestHash)
  holds.add(hold)
  try {
    return await runHeld(hub, hold, run)
  } finally {
    holds.drop(hold)
  }
}

async function runHeld(hub: Hub, hold: Hold, run: () => Promise<Answer>): Promise<Answer> {
  const { workspaceId } = hold
  let answer: Answer
  try {
    answer = await run()
  } catch (error) {
    await releaseKey(hub.pool, hold).catch((fault: unknown) =>
      hub.log.warn({ err: fault, workspaceId }, 'an Idempotency-Key stays held for a minute: it was not released'),
    )
    throw error
  }
  try {
    const sealed = hub.credentials.ring.seal(sealedAt(hold), answer.text)
    const stored = await storeAnswer(hub.pool, hold, { status: answer.status, ...sealed })
    if (!stored) hub.log.warn({ workspaceId }, 'an Idempotency-Key was lost while its request was under way')
  } catch (error) {
    // What was created stands, and its caller is told so; only a repeat will not know.
    hub.log.warn({ err: error, workspaceId }, 'the answer to an Idempotency-Key was not stored')
  }
  return answer
}

async function replay(hub: Hub, place: AnswerPlace, requestHash: Buffer): Promise<Answer> {
  const kept = await readAnswer(hub.pool, place)
  if (kept && !kept.request_hash.equals(requestHash)) throw new HubError('IDEMPOTENCY_CONFLICT')
  // None: the one that held it has just failed and let go.
  if (!kept || kept.status === null || kept.key_id === null || kept.answer === null) {
    throw new HubError('IDEMPOTENCY_IN_PROGRESS', { retryAfterMs: 1_000 })
  }
  const sealed = { keyId: kept.key_id, sealed: kept.answer }
  return { status: kept.status, text: hub.credentials.ring.open(sealedAt(place), sealed).toString(), replayed: true }
}

/** What a stored answer is bound to. Neither an id nor a key holds a blank, so that the two stay apart. */
export function sealedAt({ workspaceId, callerId, key }: AnswerPlace) {
  return { workspaceId, ownerId: `${callerId} ${key}`, field: 'idempotent_answer' }
}

function hashOf(request: FastifyRequest): Buffer {
  // Method and URL hold no line break, so that the three parts stay apart.
  const head = Buffer.from(`${request.method}\n${request.url}\n`)
  return hash('sha256', Buffer.concat([head, bodyBytes(request)]), 'buffer')
}
