import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
import type { EncryptionKey } from '../config.ts'
import { HubError } from '../errors.ts'

/** Where a secret belongs. It is authenticated with the secret: a ciphertext in any other place does not open. */
export interface SecretPlace {
  workspaceId: string
  /** The id of the connection, app, endpoint or attempt. */
  ownerId: string
  field: string
}

export interface Sealed {
  /** The key that sealed it. */
  keyId: string
  /** Format byte, 96-bit IV, ciphertext, 128-bit tag. */
  sealed: Buffer
}

const format = 1
const ivBytes = 12
const tagBytes = 16

/**
 * AES-256-GCM with a fresh random 96-bit IV for each secret (NIST SP 800-38D). The first key of the ring seals, all open.
 */
export class KeyRing {
  // As objects: bytes would be made into one for each use, which costs more than the use.
  readonly #keys: Map<string, KeyObject>
  readonly #signing = new Map<string, KeyObject[]>()
  readonly currentKeyId: string

  constructor(keys: EncryptionKey[]) {
    const first = keys[0]
    if (!first) throw new Error('The key ring needs at least one key')
    this.#keys = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]))
    this.currentKeyId = first.id
  }

  /**
   * The HMAC-SHA256 of a text that is shown and must come back as it was, by a key that is derived (RFC 5869) from the first of
   * the ring for this purpose alone.
   */
  sign(purpose: string, text: string): Buffer {
    return createHmac('sha256', this.#signingKeys(purpose)[0]!).update(text).digest()
  }

  /** Whether `sign` made it with any key of the ring, here or in another process. */
  isSigned(purpose: string, text: string, signature: Buffer): boolean {
    return this.#signingKeys(purpose).some(key => {
      const right = createHmac('sha256', key).update(text).digest()
      return right.length === signature.length && timingSafeEqual(right, signature)
    })
  }

  #signingKeys(purpose: string): KeyObject[] {
    let keys = this.#signing.get(purpose)
    if (!keys) {
      keys = [...this.#keys.values()].map(key => createSecretKey(Buffer.from(hkdfSync('sha256', key, '', purpose, 32))))
      this.#signing.set(purpose, keys)
    }
    return keys
  }

  /** The ids of the ring's keys, the one that seals first. */
  get keyIds(): string[] {
    return [...this.#keys.keys()]
  }

  seal(place: SecretPlace, secret: Buffer | string): Sealed {
    const keyId = this.currentKeyId
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(keyId)!, iv)
    cipher.setAAD(associatedData(place, keyId))
    const text = Buffer.concat([
      cipher.update(typeof secret === 'string' ? Buffer.from(secret) : secret),
      cipher.final(),
    ])
    return { keyId, sealed: Buffer.concat([Buffer.of(format), iv, text, cipher.getAuthTag()]) }
  }

  /** @throws HubError `INTERNAL` when the key is not on the ring, or the ciphertext was changed or moved. */
  open(place: SecretPlace, { keyId, sealed }: Sealed): Buffer {
    const key = this.#keys.get(keyId)
    if (!key) throw new HubError('INTERNAL', { cause: new Error(`The encryption key ${keyId} is not on the ring`) })
    try {
      if (sealed[0] !== format) throw new Error('unknown format')
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + ivBytes), {
        authTagLength: tagBytes,
      })
      decipher.setAAD(associatedData(place, keyId))
      decipher.setAuthTag(sealed.subarray(-tagBytes))
      return Buffer.concat([decipher.update(sealed.subarray(1 + ivBytes, -tagBytes)), decipher.final()])
    } catch {
      // The library's own error says nothing more, and nothing of the secret may leave this room.
      throw new HubError('INTERNAL', {
        cause: new Error(`The secret ${place.field} of ${place.ownerId} does not open`),
      })
    }
  }
}

function associatedData(place: SecretPlace, keyId: string): Buffer {
  // A JSON array keeps the parts apart whatever characters they hold.
  return Buffer.from(JSON.stringify([format, keyId, place.workspaceId, place.ownerId, place.field]))
}
