import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { lifetimeMs } from '../../catalogue/lifetime.ts'
import type { SignatureEncoding, WebhookScheme } from '../../catalogue/schema/webhooks.ts'

/** A request as it came: the bytes that were signed, and headers with lower-case names. */
export interface SignedRequest {
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/**
 * Whether the sender proves over the raw bytes that it knows one of the app's webhook secrets, and that it was sent now
 * where the scheme says when. Signatures are compared in constant time, with every secret: the time tells nothing of which.
 * @param now Unix time in milliseconds
 */
export function isSigned(scheme: WebhookScheme, secrets: string[], request: SignedRequest, now = Date.now()): boolean {
  return secrets.map(secret => isSignedWith(scheme, secret, request, now)).includes(true)
}

function isSignedWith(scheme: WebhookScheme, secret: string, request: SignedRequest, now: number): boolean {
  const header = (name: string) => headerOf(request, name)
  switch (scheme.kind) {
    case 'hmac-sha256': {
      const given = signatureIn(header(scheme.header), scheme.prefix ?? '', scheme.encoding)
      return given !== undefined && sameBytes(given, hmac(secret, [request.body]))
    }
    case 'hmac-sha256-timestamp': {
      const given = signatureIn(header(scheme.header), scheme.prefix ?? '', scheme.encoding)
      const timestamp = header(scheme.timestampHeader)
      const unitMs = scheme.timestampIn === 'seconds' ? 1_000 : 1
      if (!given || !isRecent(timestamp, unitMs, lifetimeMs(scheme.tolerance), now)) return false
      return sameBytes(given, hmac(secret, signedParts(scheme.signed, timestamp, request.body)))
    }
    case 'hmac-sha256-elements': {
      const elements = (header(scheme.header) ?? '').split(',').map(element => element.trim().split('=', 2))
      const timestamp = elements.find(([name]) => name === scheme.timestamp)?.[1]
      if (!isRecent(timestamp, 1_000, lifetimeMs(scheme.tolerance), now)) return false
      const expected = hmac(secret, [Buffer.from(`${timestamp}.`), request.body])
      return anyMatches(
        elements.filter(([name]) => name === scheme.signature).map(([, value]) => value ?? ''),
        'hex',
        expected,
      )
    }
    case 'standard-webhooks': {
      const [id, timestamp] = [header(`${scheme.headers}-id`), header(`${scheme.headers}-timestamp`)]
      if (id === undefined || !isRecent(timestamp, 1_000, lifetimeMs(scheme.tolerance), now)) return false
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
      const expected = hmac(key, [Buffer.from(`${id}.${timestamp}.`), request.body])
      const signatures = (header(`${scheme.headers}-signature`) ?? '').split(' ')
      return anyMatches(
        signatures.filter(text => text.startsWith('v1,')).map(text => text.slice(3)),
        'base64',
        expected,
      )
    }
    case 'shared-token':
      return sameText(header(scheme.header) ?? '', secret)
  }
}

/** Whether two texts are the same, in a time that tells nothing of where they differ or how long they are. */
export function sameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

/** More signatures than a sender has secrets in a rotation are not looked at. */
const mostSignatures = 20

function anyMatches(signatures: string[], encoding: SignatureEncoding, expected: Buffer): boolean {
  return signatures.slice(0, mostSignatures).some(text => {
    const given = signatureIn(text, '', encoding)
    return given !== undefined && sameBytes(given, expected)
  })
}

const encoded = { hex: /^[0-9a-fA-F]{64}$/, base64: /^[A-Za-z0-9+/]{43}=$/ }

function signatureIn(text: string | undefined, prefix: string, encoding: SignatureEncoding): Buffer | undefined {
  if (text === undefined || !text.startsWith(prefix)) return undefined
  const signature = text.slice(prefix.length)
  return encoded[encoding].test(signature) ? Buffer.from(signature, encoding) : undefined
}

function isRecent(
  timestamp: string | undefined,
  unitMs: number,
  toleranceMs: number,
  now: number,
): timestamp is string {
  if (timestamp === undefined || !/^\d{1,15}$/.test(timestamp)) return false
  return Math.abs(now - Number(timestamp) * unitMs) <= toleranceMs
}

function signedParts(template: string, timestamp: string, body: Buffer): Buffer[] {
  return template
    .split('{body}')
    .map(part => Buffer.from(part.replace('{timestamp}', timestamp)))
    .flatMap((part, index) => (index === 0 ? [part] : [body, part]))
}

function hmac(key: string | Buffer, parts: Buffer[]): Buffer {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

function sameBytes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

function headerOf(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name]
  // A header that comes twice is nobody's signature.
  return Array.isArray(value) ? undefined : value
}
