import { type Dialect, type TokenAnswer, random } from '../../oauth/dialect.ts'
import { graphError } from './errors.ts'

/** https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived */
export const longLivedSeconds = 5_183_944

const newToken = () => `EAA${random(180)}`

/**
 * Facebook Login for an app of a server: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow.
 * Tokens may be asked for by GET or POST; there is no refresh token, but a token that lives gives one that lives longer.
 */
export function facebookLogin(name: string, scopes: readonly string[]): readonly Dialect[] {
  const dialect: Dialect = {
    name,
    authorization: { host: 'www.facebook.com', path: /^\/v\d+\.\d\/dialog\/oauth$/ },
    token: { host: 'graph.facebook.com', path: /^(\/v\d+\.\d)?\/oauth\/access_token$/ },
    scopes,
    scopeSeparator: 'either',
    clientAuth: ['body'],
    readAuthorization(query) {
      if (!query.has('response_type')) query.set('response_type', 'code')
      return undefined
    },
    readToken(form) {
      if (form.has('code') && !form.has('grant_type')) form.set('grant_type', 'authorization_code')
      return form.has('code') && !form.has('redirect_uri') ? 'Missing redirect_uri parameter.' : undefined
    },
    otherGrants: {
      fb_exchange_token(form, client, tools) {
        const granted = tools.granted(form.get('fb_exchange_token') ?? undefined)
        if (!granted || granted.clientId !== client.id) return { status: 400, body: { error: 'expired' } }
        const { account, scope, id: grantId } = granted
        const token = newToken()
        tools.issue({ clientId: client.id, account, scope, token, seconds: longLivedSeconds, grantId })
        return { status: 200, body: { access_token: token, expires_in: longLivedSeconds } }
      },
    },
    refresh: false,
    newToken,
    translate,
    accounts: ['10150000000000001', '10150000000000002'],
    accountPattern: /^\d{10,20}$/,
  }
  return [dialect, { ...dialect, token: { ...dialect.token, method: 'GET' }, tokenBody: 'query' }]
}

function translate({ status, body }: TokenAnswer): TokenAnswer {
  if (status === 200) {
    const { access_token, expires_in } = body
    return { status, body: { access_token, token_type: 'bearer', expires_in } }
  }
  if (status >= 500) return { status, body }
  switch (body['error']) {
    case 'invalid_client':
      return { status: 400, body: graphError(1, 'Error validating client secret.') }
    case 'invalid_grant':
      return { status: 400, body: graphError(100, 'This authorization code has been used.', 36009) }
    case 'expired':
      return { status: 400, body: graphError(190, 'Error validating access token: Session has expired.', 463) }
    default:
      return { status: 400, body: graphError(100, `Invalid parameter: ${body['error_description'] as string}`) }
  }
}
