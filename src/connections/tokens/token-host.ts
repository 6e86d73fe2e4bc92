import type { Granting } from '../granting.ts'
import { addressOf } from '../../grants/asking/address.ts'

/**
 * The host of the token endpoint that a connection's configuration and its app's base URLs lead to; null where it is the catalogue's own. Where one host
 * fails, others of the same platform may be well.
 */
export function tokenHostOf({ method, app, call }: Granting): string | null {
  if (!('token' in method)) return null
  const { host } = new URL(addressOf(call(), method.token, { clientId: app.clientId ?? '' }))
  return method.token.startsWith(`https://${host}/`) ? null : host
}
