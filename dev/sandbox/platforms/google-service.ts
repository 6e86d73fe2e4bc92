import { jwtVerify } from 'jose'
import { type Dialect, type TokenAnswer, random } from '../oauth/dialect.ts'
import { knownPublicKey } from '../known-key.ts'

// Service accounts: https://developers.google.com/identity/protocols/oauth2/service-account

export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
export const serviceAccount = { email: 'robot@causeway-sandbox.iam.gserviceaccount.com', id: '103000000000000000001' }
/** Whom the domain's administrator lets it act for. */
export const delegations = { 'delegation ada@causeway.example': '115000000000000000001' }

const refused = (error: string, error_description: string, status = 400): TokenAnswer => ({
  status,
  body: { error, error_description },
})

type Grant = NonNullable<Dialect['otherGrants']>[string]

/** Exchanges an assertion, which has to say everything as the documentation wants it. */
export function serviceAccountGrant(scopes: string[]): Grant {
  const known = ['openid', 'https://www.googleapis.com/auth/userinfo.email', ...scopes]
  return async (form, _client, tools) => {
    const claims = await claimsOf(form.get('assertion') ?? '')
    if (typeof claims === 'string') return refused('invalid_grant', claims)
    const { iss, sub, scope } = claims
    const account = tools.accountOfKey(iss)
    if (account === undefined) return refused('invalid_grant', 'Invalid grant: account not found')
    if (!scope) return refused('invalid_scope', 'Empty or missing scope not allowed.')
    if (!scope.split(' ').every(one => known.includes(one)))
      return refused('invalid_scope', 'Some scopes were invalid.')
    const person = sub === undefined || sub === iss ? account : tools.accountOfKey(`delegation ${sub}`)
    if (person === undefined)
      return refused('unauthorized_client', 'Client is unauthorized to retrieve access tokens using this method.', 401)
    const token = `ya29.c.${random(180)}`
    const seconds = tools.storage.settings().accessTokenSeconds
    tools.issue({ clientId: iss!, account: person, scope, token, seconds })
    return { status: 200, body: { access_token: token, expires_in: seconds, token_type: 'Bearer' } }
  }
}

type Claims = Partial<Record<'iss' | 'sub' | 'scope', string>>

async function claimsOf(assertion: string): Promise<Claims | string> {
  try {
    const rules = { algorithms: ['RS256'], audience: 'https://oauth2.googleapis.com/token' }
    const { payload } = await jwtVerify(assertion, knownPublicKey, rules)
    const { iat = 0, exp = 0 } = payload
    const isShort = iat > 0 && exp - iat <= 3600 && iat * 1000 <= Date.now() + 5_000
    return isShort ? payload : 'Invalid JWT: Token must be a short-lived token (60 minutes)'
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
      ? 'Invalid JWT Signature.'
      : 'Invalid JWT: Failed audience check, or no JWT.'
  }
}
