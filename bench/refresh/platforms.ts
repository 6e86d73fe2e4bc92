import { platforms } from '../../src/catalogue/platforms/index.ts'
import type { OAuth2 } from '../../src/catalogue/schema/auth-code.ts'
import { originsOf } from '../../src/provider-apps/base-urls.ts'

/** A platform whose tokens are refreshed as RFC 6749 (6) says. */
export interface Refreshed {
  provider: string
  method: OAuth2
  /** Its origins, each of which an app may replace. */
  origins: string[]
}

/** The platforms of the catalogue that a plain token server can play. */
export function refreshedPlatforms(): Refreshed[] {
  return platforms.flatMap(definition => {
    const method = definition.auth.find((one): one is OAuth2 => one.kind === 'oauth2' && isPlain(one))
    return method ? [{ provider: definition.id, method, origins: originsOf(definition) }] : []
  })
}

/** Nothing is exchanged otherwise, nothing stands elsewhere in the answer, and the address needs nothing of a connection. */
function isPlain(method: OAuth2): boolean {
  const { refresh, upgrade, answer, token, tokenMethod, ask = [] } = method
  return !refresh && !upgrade && !answer && !token.includes('{') && tokenMethod !== 'GET' && ask.length === 0
}
