import { hash, randomInt } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const length = 43
const shown = 9

/** A new API key: 43 random characters of 62, which is 256 bits. It is shown once; its hash and first characters are kept. */
export function newApiKey(): { secret: string; prefix: string; hash: Buffer } {
  const random = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
  const secret = `sk_${random}`
  return { secret, prefix: secret.slice(0, shown), hash: hashApiKey(secret) }
}

/** Whether a text has the form of an API key, so that it is worth a look-up. */
export function looksLikeApiKey(text: string): boolean {
  return /^sk_[0-9A-Za-z]{43}$/.test(text)
}

/** SHA-256: a key has 256 bits of its own, so that no slow hash is needed and a look-up by hash leaks nothing of use. */
export function hashApiKey(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}
