import { createHash, createHmac } from 'node:crypto'
import { lifetimeMs } from '../../../catalogue/lifetime.ts'
import type { WebhookScheme } from '../../../catalogue/schema/webhooks/schemes.ts'
import { headerOf, type SignedRequest } from '../signed-request.ts'
import { decoded, signaturesIn } from './given.ts'
import { sameBytes } from './same-secret.ts'
import { signedParts } from './signed-parts.ts'
import { isRecent, signedTime, timeOf } from './signed-time.ts'

type Scheme<Kind extends WebhookScheme['kind']> = Extract<WebhookScheme, { kind: Kind }>

/** Whether one of the signatures is the HMAC of what is signed (RFC 2104). */
export function isHmac(scheme: Scheme<'hmac'>, secret: string, request: SignedRequest, now: number): boolean {
  const { header, timestamp: time } = scheme
  const given = signaturesIn(request, scheme, scheme.encoding)
  if (given.length === 0) return false
  const timestamp = time && signedTime(request, header, time, now)
  if (time && timestamp === undefined) return false
  const parts = signedParts(scheme.signed, request, { timestamp, secret })
  const key = scheme.key === undefined || scheme.key === 'text' ? secret : decoded(secret, '', scheme.key)
  // What encodes nothing would be a key that everybody knows.
  return (
    parts !== undefined && key !== undefined && isAmong(given, over(createHmac(scheme.hash ?? 'sha256', key), parts))
  )
}

/** Whether the signature is the plain SHA-256 of what is signed, the secret within it. */
export function isDigest(scheme: Scheme<'digest'>, secret: string, request: SignedRequest): boolean {
  const given = signaturesIn(request, scheme, scheme.encoding)
  const parts = signedParts(scheme.signed, request, { secret })
  return parts !== undefined && isAmong(given, over(createHash('sha256'), parts))
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function isStandard(
  { headers, tolerance }: Scheme<'standard-webhooks'>,
  secret: string,
  request: SignedRequest,
  now: number,
): boolean {
  const header = (name: string) => headerOf(request, `${headers}-${name}`)
  const [id, timestamp = ''] = [header('id'), header('timestamp')]
  const at = timeOf(timestamp, 'seconds')
  const toleranceMs = lifetimeMs(tolerance)
  if (id === undefined || at === undefined || !isRecent(at, toleranceMs, toleranceMs, now)) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  // A secret of another kind encodes nothing: a key that everybody knows.
  if (key.length === 0) return false
  const expected = over(createHmac('sha256', key), [Buffer.from(`${id}.${timestamp}.`), request.body])
  const signatures = (header('signature') ?? '').split(' ').filter(text => text.startsWith('v1,'))
  return isAmong(
    signatures.slice(0, 20).flatMap(text => decoded(text, 'v1,', 'base64') ?? []),
    expected,
  )
}

const isAmong = (given: Buffer[], expected: Buffer) => given.some(signature => sameBytes(signature, expected))

function over(hash: ReturnType<typeof createHmac | typeof createHash>, parts: Buffer[]): Buffer {
  for (const part of parts) hash.update(part)
  return hash.digest()
}
