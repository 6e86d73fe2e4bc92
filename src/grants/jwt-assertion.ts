import type { JwtAssertion } from '../catalogue/schema/auth-token.ts'
import { clientOf } from './asking/app.ts'
import { askForToken } from './asking/token-endpoint.ts'
import type { Grant, GrantCall, Way } from './grant.ts'
import { signedJwt } from './signed-jwt.ts'
import { asOwnClient, knownTo } from './known.ts'
import { scopeText } from './scopes.ts'

const usualGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** A signed assertion is exchanged for a token (RFC 7523, 2.1), and a new one before that ends. */
export function jwtAssertion(method: JwtAssertion): Way {
  const ask = (call: GrantCall, fields: Record<string, string> | undefined): Promise<Grant> => {
    const own = method.fields !== undefined
    const scope = scopeText(method, call.scopes)
    const asClaim = method.scopesIn === 'claim'
    return asOwnClient(own, async () => {
      const claims = asClaim && scope !== undefined ? { scope } : {}
      const assertion = await signedJwt(method.assertion, knownTo(call, fields), claims)
      const client = method.clientAuth ? clientOf(call.app) : undefined
      const parameters = { assertion, scope: asClaim ? undefined : scope, grant_type: method.grant ?? usualGrant }
      const grant = await askForToken(method, call, client, parameters)
      return { ...grant, refreshToken: undefined, ...(own ? { fields } : {}) }
    })
  }
  return {
    obtain: (call, given) => ask(call, given.fields),
    renews: () => true,
    renew: (call, kept) => ask(call, kept.fields),
    ends: false,
    end: async () => false,
  }
}
