import type { TokenExchange } from '../catalogue/schema/auth-token.ts'
import { fill } from '../calls/template.ts'
import { clientOf } from './asking/app.ts'
import { askForToken } from './asking/token-endpoint.ts'
import type { Grant, GrantCall, Secret, Way } from './grant.ts'
import { knownTo } from './known.ts'
import { scopeText } from './scopes.ts'

/** A token from elsewhere is exchanged (RFC 8693), and again before the one that it gave ends. */
export function tokenExchange(method: TokenExchange): Way {
  const client = (call: GrantCall) => (method.clientAuth ? clientOf(call.app) : undefined)
  const exchange = async (call: GrantCall, fields: Record<string, string> = {}): Promise<Grant> => {
    const filled = (template: string | undefined) =>
      template === undefined ? undefined : fill(template, knownTo(call, fields), value => value)
    const grant = await askForToken(method, call, client(call), {
      subject_token: fields.subjectToken,
      subject_token_type: method.subjectTokenType,
      requested_token_type: method.requestedTokenType,
      audience: filled(method.audience),
      resource: filled(method.resource),
      scope: scopeText(method, call.scopes),
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    })
    return { ...grant, fields }
  }
  const renew = async (call: GrantCall, { refreshToken, fields }: Secret): Promise<Grant> => {
    if (refreshToken === undefined) return exchange(call, fields)
    const parameters = { refresh_token: refreshToken, grant_type: 'refresh_token' }
    return { ...(await askForToken(method, call, client(call), parameters)), fields }
  }
  return {
    obtain: (call, given) => exchange(call, given.fields),
    renews: () => true,
    renew,
    ends: false,
    end: async () => false,
  }
}
