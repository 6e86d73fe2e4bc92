import { createHash, randomBytes } from 'node:crypto'
import { tenYears } from '../../oauth/dialect.ts'
import type { Tools } from '../../tools.ts'

export const knownKey = `ck_${'c0ffee00'.repeat(5)}`

/** The secret that belongs to a key. */
export const secretOf = (key: string): string => `cs_${createHash('sha1').update(`secret of ${key}`).digest('hex')}`

/** Makes a key of a shop, with what it may do. */
export function makeKey(tools: Tools, shop: string, permissions: string): { key: string; secret: string } {
  const key = `ck_${randomBytes(20).toString('hex')}`
  tools.issue({ clientId: 'wc-auth', account: shop, scope: permissions, token: key, seconds: tenYears() })
  return { key, secret: secretOf(key) }
}

/** What a key may do at a shop; undefined where it is none of the shop's. */
export function permissionsOf(tools: Tools, shop: string, key = '', secret = ''): string | undefined {
  if (secret !== secretOf(key)) return undefined
  const granted = tools.granted(key)
  if (granted) return granted.account === shop ? granted.scope : undefined
  return tools.accountOfKey(key) === shop ? 'read_write' : undefined
}
