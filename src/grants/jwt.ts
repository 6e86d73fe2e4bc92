import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import type { Assertion } from '../catalogue/schema/auth-token.ts'
import { lifetimeMs } from '../catalogue/lifetime.ts'
import { fill } from '../calls/template.ts'
import { TokenError } from './answers/token-error.ts'

/** Their clocks may be behind ours. */
const backdatedSeconds = 60

/**
 * A JWT (RFC 7519) as a definition describes it, signed (RFC 7515) with the key that it names.
 * @param values what its templates name
 * @param more claims beside the definition's
 * @throws TokenError `bad_client` when the key is none; HubError `INVALID_REQUEST` naming what is missing
 */
export function signedJwt(
  { algorithm, key, keyId, claims, life }: Assertion,
  values: Record<string, string>,
  more: Record<string, string> = {},
): string {
  const filled = (template: string) => fill(template, values, value => value)
  const now = Math.floor(Date.now() / 1_000)
  const head = { alg: algorithm, typ: 'JWT', ...(keyId === undefined ? {} : { kid: filled(keyId) }) }
  const said = Object.entries(claims).map(([name, template]) => [name, filled(template)] as const)
  // The whole of its life counts from when it says that it was issued.
  const iat = now - backdatedSeconds
  const body = { ...Object.fromEntries(said), ...more, iat, exp: iat + Math.floor(lifetimeMs(life) / 1_000) }
  const text = [head, body].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = signatureOf(algorithm, text, privateKeyIn(filled(key)))
  return `${text}.${signature.toString('base64url')}`
}

function signatureOf(algorithm: Assertion['algorithm'], text: string, key: KeyObject): Buffer {
  const kind = algorithm === 'RS256' ? 'rsa' : 'ec'
  if (key.asymmetricKeyType !== kind) throw new TokenError('bad_client')
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
}

function privateKeyIn(pem: string): KeyObject {
  try {
    // Out of a JSON file or a variable its lines may be written as one.
    return createPrivateKey(pem.replaceAll('\\n', '\n'))
  } catch {
    // Nothing of a key goes into an error.
    throw new TokenError('bad_client')
  }
}
