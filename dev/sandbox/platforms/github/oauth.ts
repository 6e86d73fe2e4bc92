import { type Dialect, random, tenYears } from '../../oauth/dialect.ts'

const errors: Record<string, [error: string, description: string]> = {
  invalid_grant: ['bad_verification_code', 'The code passed is incorrect or expired.'],
  invalid_client: ['incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.'],
}

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps */
export const oauth: Dialect = {
  name: 'GitHub',
  authorization: { host: 'github.com', path: '/login/oauth/authorize' },
  token: { host: 'github.com', path: '/login/oauth/access_token' },
  scopes: [
    ...['repo', 'repo:status', 'public_repo', 'admin:repo_hook', 'write:repo_hook', 'read:repo_hook', 'admin:org'],
    ...['read:org', 'gist', 'notifications', 'user', 'read:user', 'user:email', 'workflow', 'read:project', 'project'],
  ],
  unknownScopes: 'ignored',
  scopeSeparator: 'either',
  clientAuth: ['body'],
  tokenBody: 'either',
  readAuthorization(query) {
    query.set('response_type', 'code') // not asked for
    return undefined
  },
  readToken(form) {
    if (!form.has('grant_type')) form.set('grant_type', 'authorization_code')
    return undefined
  },
  refresh: false,
  accessTokenSeconds: tenYears,
  newToken: () => `gho_${random(36)}`,
  translate({ status, body }) {
    if (status === 200) {
      const scope = typeof body['scope'] === 'string' ? body['scope'].split(' ').join(',') : ''
      return { status, body: { access_token: body['access_token'], scope, token_type: 'bearer' } }
    }
    if (status >= 500) return { status, body }
    const [error, error_description] = errors[String(body['error'])] ?? [body['error'], body['error_description']]
    return { status: 200, body: { error, error_description } } // an error too comes with 200
  },
  writes: req => (/json/.test(req.headers.accept ?? '') ? 'json' : 'form'),
  // Where an app has just been installed, the installation comes along.
  redirectExtras: ({ params }): Record<string, string> =>
    params['installation_id'] ? { installation_id: params['installation_id'], setup_action: 'install' } : {},
  accounts: ['octocat'],
  accountPattern: /^[a-z\d-]{1,39}$/i,
}
