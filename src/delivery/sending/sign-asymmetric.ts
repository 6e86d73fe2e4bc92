import { createPrivateKey, createPublicKey, generateKeyPairSync, sign as signWith, type KeyObject } from 'node:crypto'
import type { SigningKey, SigningSecret } from './sign.ts'

const privatePrefix = 'whsk_'
const publicPrefix = 'whpk_'
/** What comes before the 32 bytes of an ed25519 private key in PKCS #8 (RFC 8410, 7). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex')

/** An ed25519 key pair as Standard Webhooks writes it. */
export interface SigningPair {
  /** `whsk_` and the base64 of the 32 bytes of the private key and the 32 bytes of the public one. */
  privateKey: string
  /** `whpk_` and the base64 of the 32 bytes of the public key. */
  publicKey: string
}

export function newSigningPair(): SigningPair {
  const { privateKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const open = rawPublicKey(privateKey)
  return {
    privateKey: privatePrefix + Buffer.concat([seed, open]).toString('base64'),
    publicKey: publicPrefix + open.toString('base64'),
  }
}

/** The pair that a private key written as `whsk_…` belongs to; undefined when it is none. */
export function signingPairOf(privateKey: string): SigningPair | undefined {
  if (!privateKey.startsWith(privatePrefix)) return undefined
  const encoded = privateKey.slice(privatePrefix.length)
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length !== 64 || bytes.toString('base64') !== encoded) return undefined
  const open = rawPublicKey(keyOf(bytes))
  return open.equals(bytes.subarray(32)) ? { privateKey, publicKey: publicPrefix + open.toString('base64') } : undefined
}

/** Private keys ready to sign, the current one first. */
export function asymmetricKeys(secrets: readonly SigningSecret[]): SigningKey[] {
  return secrets.map(({ secret, expiresAt }) => ({
    key: keyOf(Buffer.from(secret.slice(privatePrefix.length), 'base64')),
    expiresAt: expiresAt === undefined ? Infinity : Date.parse(expiresAt),
  }))
}

/**
 * What `v1a` adds to the header of signatures: `v1a,` and the base64 of ed25519 over `id.timestamp.body`, one for each key
 * that has not expired, joined to those that are there by spaces.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param timestamp seconds since 1970
 */
export function addAsymmetric(
  signatures: string,
  keys: readonly SigningKey[],
  id: string,
  timestamp: number,
  body: Buffer,
): string {
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])
  const now = timestamp * 1_000
  let all = signatures
  for (const { key, expiresAt } of keys) {
    if (expiresAt <= now) continue
    const signature = signWith(null, content, key).toString('base64')
    all += all === '' ? `v1a,${signature}` : ` v1a,${signature}`
  }
  return all
}

function keyOf(privateKey: Buffer): KeyObject {
  const key = Buffer.concat([pkcs8Head, privateKey.subarray(0, 32)])
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

function rawPublicKey(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32)
}
