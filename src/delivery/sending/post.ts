import type { Post } from './send.ts'
import { addAsymmetric } from './sign-asymmetric.ts'
import { sign } from './sign.ts'
import type { Target } from '../dispatch/targets/target-cache.ts'

export const userAgent = 'Causeway/0.1 (+webhooks)'

/** What the headers of Standard Webhooks are called: as the standard says, or as its forerunner does. */
export const headerNames = {
  webhook: { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' },
  svix: { id: 'svix-id', timestamp: 'svix-timestamp', signature: 'svix-signature' },
} as const

/** A delivery as the request that a receiver sees, signed now. The id stays the same over all attempts. */
export function postOf(target: Target, eventId: string, body: Buffer): Post {
  const sentAt = Date.now()
  const timestamp = Math.floor(sentAt / 1_000)
  const names = headerNames[target.headerStyle]
  const { privateKeys } = target
  let signature = sign(target.keys, eventId, timestamp, body)
  if (privateKeys.length > 0) signature = addAsymmetric(signature, privateKeys, eventId, timestamp, body)
  return {
    origin: target.origin,
    path: target.path,
    headers: [
      'content-type',
      'application/json',
      'user-agent',
      userAgent,
      names.id,
      eventId,
      names.timestamp,
      String(timestamp),
      names.signature,
      signature,
      ...target.headers,
    ],
    body,
    sentAt,
    endpointVersion: target.version,
    timeoutMs: target.timeoutMs,
    testEventId: target.testEventId,
    way: target.way,
  }
}
