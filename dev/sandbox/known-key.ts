import { type JsonWebKey, createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'

// A key that everybody knows: apps and service accounts of the sandbox sign with it in every process. It is made of two primes
// that are found at so many odd numbers after what a word hashes to.

function primeAfter(word: string, steps: bigint): bigint {
  const parts = [0, 1, 2, 3].map(part => createHash('sha256').update(`${word}${part}`).digest('hex'))
  return (BigInt(`0x${parts.join('')}`) | (3n << 1022n) | 1n) + 2n * steps
}

const [p, q, e] = [primeAfter('p', 895n), primeAfter('q', 536n), 65_537n]

function inverse(of: bigint, modulus: bigint): bigint {
  let [last, next, before, after] = [modulus, of % modulus, 0n, 1n]
  while (next > 0n) {
    const times = last / next
    ;[last, next, before, after] = [next, last - times * next, after, before - times * after]
  }
  return ((before % modulus) + modulus) % modulus
}

const d = inverse(e, (p - 1n) * (q - 1n))
const parts = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) }

function base64url(number: bigint): string {
  const hex = number.toString(16)
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex').toString('base64url')
}

const members = Object.entries(parts).map(([name, number]) => [name, base64url(number)] as const)
const jwk: JsonWebKey = { kty: 'RSA', ...Object.fromEntries(members) }
const key = createPrivateKey({ key: jwk, format: 'jwk' })

/** As PEM (PKCS #8), as a key file has it. */
export const knownPrivateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString()
export const knownPublicKey = createPublicKey(key)
/** The same as a member of a key set (RFC 7517). */
export const knownJwk = { ...knownPublicKey.export({ format: 'jwk' }), kid: 'sandbox', alg: 'RS256', use: 'sig' }

/** A JWT that is signed with it. */
export function knownJwt(claims: Record<string, unknown>): string {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const said = `${encoded({ alg: 'RS256', typ: 'JWT', kid: 'sandbox' })}.${encoded(claims)}`
  return `${said}.${sign('sha256', Buffer.from(said), key).toString('base64url')}`
}
