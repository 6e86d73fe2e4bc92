import type { OAuth2 } from '../../catalogue/schema/auth.ts'
import { rebase } from '../../calls/base-url.ts'

/**
 * The host of the token endpoint that an app's base URLs lead to; null where it is the catalogue's own. Where one host
 * fails, others of the same platform may be well.
 */
export function tokenHostOf(method: OAuth2, baseUrls: Record<string, string>): string | null {
  const { host } = new URL(rebase(method.token, baseUrls))
  return host === new URL(method.token).host ? null : host
}
