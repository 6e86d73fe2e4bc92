import type { Post } from './send.ts'
import { sign } from './sign.ts'
import type { Target } from './targets.ts'

export const userAgent = 'Causeway/0.1 (+webhooks)'

/** A delivery as the request that a receiver sees, signed now. The id stays the same over all attempts. */
export function postOf(target: Target, eventId: string, body: Buffer): Post {
  const timestamp = Math.floor(Date.now() / 1_000)
  return {
    origin: target.origin,
    path: target.path,
    headers: [
      'content-type',
      'application/json',
      'user-agent',
      userAgent,
      'webhook-id',
      eventId,
      'webhook-timestamp',
      String(timestamp),
      'webhook-signature',
      sign(target.keys, eventId, timestamp, body),
      ...target.headers,
    ],
    body,
    timeoutMs: target.timeoutMs,
  }
}
