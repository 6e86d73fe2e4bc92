import { createPrivateKey, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
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
export async function signedJwt(
  { algorithm, key, keyId, claims, life }: Assertion,
  values: Record<string, string>,
  more: Record<string, string> = {},
): Promise<string> {
  const filled = (template: string) => fill(template, values, value => value)
  const said = Object.entries(claims).map(([name, template]) => [name, filled(template)] as const)
  // The whole of its life counts from when it says that it was issued.
  const issuedAt = Math.floor(Date.now() / 1_000) - backdatedSeconds
  const jwt = new SignJWT({ ...Object.fromEntries(said), ...more })
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(keyId === undefined ? {} : { kid: filled(keyId) }) })
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + Math.floor(lifetimeMs(life) / 1_000))
  const secret = privateKeyIn(filled(key))
  try {
    return await jwt.sign(secret)
  } catch {
    // A key of another kind than the algorithm's. Nothing of a key goes into an error.
    throw new TokenError('bad_client')
  }
}

function privateKeyIn(pem: string): KeyObject {
  try {
    // Out of a JSON file or a variable its lines may be written as one.
    return createPrivateKey(pem.replaceAll('\\n', '\n'))
  } catch {
    throw new TokenError('bad_client')
  }
}
