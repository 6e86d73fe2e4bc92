import { createHash } from 'node:crypto'
import type { Storage } from '../../storage.ts'
import { Refusal } from './refusal.ts'

export interface Answer {
  status: number
  body: string
}

/**
 * Answers a POST once for each key: again with the first answer, and not at all with other parameters. What was refused before
 * it began is not kept. https://docs.stripe.com/api/idempotent_requests
 */
export function once(
  storage: Storage,
  { account, key, asked }: { account: string; key: string; asked: string },
  work: () => Answer,
): Answer & { replayed: boolean } {
  if (key === '') return { ...work(), replayed: false }
  if (key.length > 255) throw new Refusal(400, { message: 'Idempotency keys are at most 255 characters long.' })
  const hash = createHash('sha256').update(asked).digest('hex')
  const query = 'SELECT asked, status, body FROM stripe_idempotent WHERE account = ? AND key = ?'
  const earlier = storage.get<Answer & { asked: string }>(query, account, key)
  if (earlier && earlier.asked !== hash) {
    const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`
    throw new Refusal(400, { type: 'idempotency_error', message })
  }
  if (earlier) return { status: earlier.status, body: earlier.body, replayed: true }
  const answer = work()
  storage.run('INSERT INTO stripe_idempotent VALUES (?, ?, ?, ?, ?)', account, key, hash, answer.status, answer.body)
  return { ...answer, replayed: false }
}
