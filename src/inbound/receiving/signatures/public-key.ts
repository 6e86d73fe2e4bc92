import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import type { WebhookScheme } from '../../../catalogue/schema/webhooks/schemes.ts'
import type { SignedRequest } from '../signed-request.ts'
import { signaturesIn } from './given.ts'
import { signedParts } from './signed-parts.ts'
import { signedTime } from './signed-time.ts'

type KeyScheme = Extract<WebhookScheme, { kind: 'ed25519' | 'ecdsa-p256' }>

/** Whether the signature is by the private half of a public key. A text that is no such key verifies nothing. */
export function isSignedByKey(scheme: KeyScheme, key: string, request: SignedRequest, now: number): boolean {
  const encoding = scheme.kind === 'ed25519' ? scheme.encoding : 'base64'
  const [signature] = signaturesIn(request, scheme, encoding)
  if (signature === undefined) return false
  const { timestamp: time } = scheme
  const timestamp = time && signedTime(request, scheme.header, time, now)
  if (time && timestamp === undefined) return false
  const parts = signedParts(scheme.signed, request, { timestamp, secret: key })
  const publicKey = keyOf(scheme.kind, key)
  if (parts === undefined || publicKey === undefined) return false
  return verify(scheme.kind === 'ed25519' ? null : 'sha256', Buffer.concat(parts), publicKey, signature)
}

function keyOf(kind: KeyScheme['kind'], written: string): KeyObject | undefined {
  const text = written.trim()
  try {
    const key = kind === 'ed25519' ? ed25519Key(text) : createPublicKey({ key: pem(text), format: 'pem' })
    const isRight =
      kind === 'ed25519'
        ? key.asymmetricKeyType === 'ed25519'
        : key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
    return isRight ? key : undefined
  } catch {
    return undefined
  }
}

/** RFC 8037: the key's 32 bytes as a JSON Web Key. */
function ed25519Key(hex: string): KeyObject {
  const x = /^[0-9a-fA-F]{64}$/.test(hex) ? Buffer.from(hex, 'hex').toString('base64url') : ''
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

/** A key that is pasted may come with the lines around it, or without. */
const pem = (text: string) =>
  text.startsWith('-----BEGIN ') ? text : `-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----`
