import { type Dialect, random, tenYears } from '../../oauth/dialect.ts'

const workspaces: Record<string, { bot: string; name: string }> = {
  'b5a1e2c4-0001-4d6e-9f00-00000000aaaa': { bot: 'b0700000-0001-4000-8000-00000000aaaa', name: 'Causeway' },
  'b5a1e2c4-0002-4d6e-9f00-00000000bbbb': { bot: 'b0700000-0002-4000-8000-00000000bbbb', name: 'Harbour' },
}
export const [first, second] = Object.keys(workspaces) as [string, string]
export const workspaceOf = (account: string) => workspaces[account] ?? { bot: account, name: account }

/** https://developers.notion.com/reference/create-a-token */
export const oauth: Dialect = {
  name: 'Notion',
  authorization: { path: '/v1/oauth/authorize' },
  token: { path: '/v1/oauth/token' },
  // The person chooses pages instead.
  scopes: [],
  unknownScopes: 'ignored',
  pkce: 'ignored',
  clientAuth: ['basic'],
  tokenBody: 'json',
  readAuthorization: query => (query.get('owner') === 'user' ? undefined : 'owner should be "user"'),
  refresh: true,
  reuseGraceSeconds: 0,
  reuse: 'refused',
  accessTokenSeconds: tenYears,
  refreshTokenSeconds: tenYears,
  newToken: kind => (kind === 'AccessToken' ? `ntn_${random(46)}` : `nrt_${random(46)}`),
  translate({ status, body }, { agreed }) {
    if (status !== 200 || !agreed) return { status, body: { ...body, request_id: random(20) } }
    const { bot, name } = workspaceOf(agreed.account)
    const { access_token, refresh_token } = body
    return {
      status,
      body: {
        ...{
          access_token,
          token_type: 'bearer',
          refresh_token,
          bot_id: bot,
          workspace_name: name,
          workspace_icon: null,
        },
        ...{ workspace_id: agreed.account, duplicated_template_id: null, request_id: random(20) },
        owner: { type: 'user', user: { object: 'user', id: 'e1b00000-0000-4000-8000-000000000001' } },
      },
    }
  },
  accounts: [first, second],
  accountPattern: /^[0-9a-f-]{36}$/,
}
