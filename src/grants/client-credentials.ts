import type { ClientCredentials } from '../catalogue/schema/auth-token.ts'
import { clientOf } from './asking/app.ts'
import { askForToken } from './asking/token-endpoint.ts'
import type { Grant, GrantCall, Way } from './grant.ts'
import { asOwnClient } from './known.ts'
import { scopeText } from './scopes.ts'

/** A client asks in its own name (RFC 6749, 4.4): the connection's own, or the app. */
export function clientCredentials(method: ClientCredentials): Way {
  const ask = async (call: GrantCall, fields: Record<string, string> | undefined): Promise<Grant> => {
    const own = method.fields !== undefined
    const client = clientOf(own ? { clientId: fields?.clientId, clientSecret: fields?.clientSecret } : call.app)
    const parameters = { scope: scopeText(method, call.scopes), grant_type: 'client_credentials' }
    const grant = await asOwnClient(own, () => askForToken(method, call, client, parameters))
    return { ...grant, refreshToken: undefined, ...(own ? { fields } : {}) }
  }
  return {
    obtain: (call, given) => ask(call, given.fields),
    renews: () => true,
    renew: (call, kept) => ask(call, kept.fields),
    ends: false,
    end: async () => false,
  }
}
