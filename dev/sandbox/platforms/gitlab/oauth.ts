import { type Dialect, random } from '../../oauth/dialect.ts'
import type { Tools } from '../../tools.ts'

const scopes = [
  ...['api', 'read_api', 'read_user', 'read_repository', 'write_repository', 'read_registry', 'write_registry'],
  ...['create_runner', 'manage_runner', 'k8s_proxy', 'ai_features', 'openid', 'profile', 'email', 'sudo'],
]
const descriptions: Record<string, string> = {
  invalid_client:
    'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.',
  invalid_grant:
    'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.',
}

/** https://docs.gitlab.com/api/oauth2/ */
export const oauth: Dialect = {
  name: 'GitLab',
  authorization: { path: '/oauth/authorize' },
  token: { path: '/oauth/token' },
  scopes,
  pkce: 'taken',
  clientAuth: ['body', 'basic'],
  tokenBody: 'either',
  readAuthorization: query =>
    query.get('scope') ? undefined : 'The requested scope is invalid, unknown, or malformed.',
  refresh: true,
  reuseGraceSeconds: 0,
  reuse: 'refused',
  newToken: () => random(64),
  translate({ status, body }, { tools, form, agreed }) {
    if (status !== 200) {
      const error = String(body['error'])
      return { status, body: { error, error_description: descriptions[error] ?? error } }
    }
    // A refresh ends the access token that came before.
    const before = agreed && form.has('refresh_token') ? lastToken(tools, agreed.id, String(body['access_token'])) : []
    for (const token of before) tools.endToken(token)
    const created_at = Math.floor(Date.now() / 1000)
    return { status, body: { ...body, token_type: 'Bearer', created_at } }
  },
  accounts: ['4200001', '4200002'],
  accountPattern: /^\d{1,12}$/,
}

function lastToken({ storage, platform }: Tools, grantId: string, newest: string): string[] {
  const query = "SELECT id FROM oidc WHERE platform = ? AND model = 'AccessToken' AND grant_id = ? AND id <> ?"
  return storage.all<{ id: string }>(query, platform, grantId, newest).map(({ id }) => id)
}
