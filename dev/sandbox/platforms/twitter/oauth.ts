import { type Dialect, random } from '../../oauth/dialect.ts'

/** https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code, of an app with a secret. */
export const oauth: Dialect = {
  name: 'X',
  authorization: { host: /^(x|twitter)\.com$/, path: '/i/oauth2/authorize' },
  token: { host: /^api\.(x|twitter)\.com$/, path: '/2/oauth2/token' },
  scopes: [
    ...['tweet.read', 'tweet.write', 'tweet.moderate.write', 'users.read', 'users.email', 'follows.read'],
    ...['follows.write', 'like.read', 'like.write', 'list.read', 'list.write', 'bookmark.read', 'bookmark.write'],
    ...['mute.read', 'mute.write', 'block.read', 'block.write', 'space.read', 'dm.read', 'dm.write', 'media.write'],
    'offline.access',
  ],
  pkce: 'demanded',
  clientAuth: ['basic'],
  // Its clients send JSON too, and write the method small.
  tokenBody: 'either',
  readAuthorization(query) {
    if (query.get('code_challenge_method') === 's256') query.set('code_challenge_method', 'S256')
    return undefined
  },
  refresh: ({ scope }) => scope.split(' ').includes('offline.access'),
  reuseGraceSeconds: 0,
  reuse: 'refused',
  newToken: () => random(90),
  translate({ status, body }, { grantType }) {
    if (status === 200) {
      const { access_token, expires_in, refresh_token, scope } = body
      const token = { token_type: 'bearer', expires_in, access_token, scope }
      return { status, body: refresh_token === undefined ? token : { ...token, refresh_token } }
    }
    if (status >= 500) return { status, body }
    if (body['error'] === 'invalid_client') {
      const error_description = 'Missing valid authorization header'
      return { status: 401, body: { error: 'unauthorized_client', error_description } }
    }
    const what = grantType === 'refresh_token' ? 'token' : 'authorization code'
    const invalid = body['error'] === 'invalid_grant'
    const error_description = invalid ? `Value passed for the ${what} was invalid.` : body['error_description']
    return { status: 400, body: { error: 'invalid_request', error_description } }
  },
  accounts: ['2244994945000000001', '2244994945000000002'],
  accountPattern: /^\d{1,19}$/,
}
