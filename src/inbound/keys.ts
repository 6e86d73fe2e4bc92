import { createHash, randomBytes } from 'node:crypto'

/** A key of an address: 256 bits that nobody can guess. */
export const newKey = () => randomBytes(32).toString('base64url')

/** Whether a text looks like a key: others are nobody's. */
export const isKey = (text: string) => /^[\w-]{43}$/.test(text)

/** What is kept of a key: with as much randomness a plain hash tells nothing of it. */
export const hashOfKey = (key: string) => createHash('sha256').update(key).digest()
