import { basicCredentials, bearerToken, sendJson } from '../../http.ts'
import { type Dialect, random } from '../../oauth/dialect.ts'
import type { SandboxPlatform } from '../../platform.ts'
import { answerAboutIssues } from './issues.ts'
import { webhooks } from './webhooks.ts'

const scopes = [
  ...['offline_access', 'read:me', 'read:jira-user', 'read:jira-work', 'write:jira-work', 'manage:jira-project'],
  ...['manage:jira-configuration', 'manage:jira-webhook'],
]
/** The sites that each person can open. */
const sites: Record<string, { id: string; name: string }[]> = {
  '712020:ada': [{ id: '1324a887-45db-1bf4-1e99-ef0ff456d421', name: 'causeway' }],
  '712020:grace': [
    { id: '1324a887-45db-1bf4-1e99-ef0ff456d421', name: 'causeway' },
    { id: '2435b998-56ec-2c05-2faa-f01005670532', name: 'harbour' },
  ],
}

/** https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/ */
const oauth: Dialect = {
  name: 'Atlassian',
  authorization: { host: 'auth.atlassian.com', path: '/authorize' },
  token: { host: 'auth.atlassian.com', path: '/oauth/token' },
  scopes,
  // The page of an app that was not asked with PKCE: it is not documented.
  pkce: 'ignored',
  clientAuth: ['body'],
  tokenBody: 'either',
  readAuthorization(query) {
    if (query.get('audience') !== 'api.atlassian.com') return 'audience must be api.atlassian.com'
    return query.get('state') ? undefined : 'state is missing'
  },
  refresh: agreed => agreed.scope.split(' ').includes('offline_access'),
  // https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/
  reuseGraceSeconds: 600,
  reuse: 'refused',
  newToken: kind => (kind === 'AccessToken' ? `eyJ0.${random(900)}` : `eyJyZWZ.${random(300)}`),
  translate({ status, body }, { grantType }) {
    if (status === 200) {
      const { access_token, expires_in, scope, refresh_token } = body
      return {
        status,
        body: { access_token, expires_in, token_type: 'Bearer', scope, ...(refresh_token ? { refresh_token } : {}) },
      }
    }
    switch (String(body['error'])) {
      case 'invalid_client':
        return { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } }
      case 'invalid_grant':
        return grantType === 'refresh_token'
          ? { status: 403, body: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' } }
          : { status: 403, body: { error: 'invalid_grant', error_description: 'Invalid authorization code' } }
      default:
        return { status, body }
    }
  },
  accounts: ['712020:ada', '712020:grace'],
  accountPattern: /^712020:[a-z]{1,20}$/,
}

const [apiToken, personalToken] = ['ATATTsandboxTokenOne', 'sandboxPersonalTokenOne']

export const jira: SandboxPlatform = {
  id: 'jira',
  hosts: ['auth.atlassian.com', 'api.atlassian.com', '{site}.atlassian.net', '{host}'],
  oauth,
  apps: [{ clientId: 'sandboxJira', clientSecret: 'ATOA-sandbox', redirectUris: [] }],
  keys: { [`ada@causeway.example:${apiToken}`]: '712020:ada', [personalToken]: 'JIRAUSER10000' },
  people: {
    oauth: { externalAccountId: sites['712020:ada']![0]!.id },
    token: {
      config: { site: 'causeway' },
      credentials: { apiToken, email: 'ada@causeway.example' },
      wrongCredentials: { apiToken, email: 'grace@causeway.example' },
      externalAccountId: 'causeway',
    },
    'data-center-token': {
      config: { host: 'jira.causeway.example' },
      credentials: { apiKey: personalToken },
      wrongCredentials: { apiKey: 'sandboxPersonalTokenTwo' },
      externalAccountId: 'jira.causeway.example',
    },
  },
  webhooks,
  refusal: status => ({ body: { code: status, message: status === 429 ? 'Rate limit exceeded' : 'Unavailable' } }),
  async answer(exchange, tools) {
    const { req, res, host = '', path, query } = exchange
    const granted = tools.granted(bearerToken(req))
    const isCloud = host === 'api.atlassian.com'
    const basic = basicCredentials(req, true)
    const key = host.endsWith('.atlassian.net') ? basic && `${basic.name}:${basic.password}` : bearerToken(req)
    // A grant opens api.atlassian.com only, and a key its own site.
    const account = isCloud ? granted?.account : tools.accountOfKey(key)
    if (account === undefined)
      return isCloud
        ? sendJson(res, 401, { code: 401, message: 'Unauthorized' })
        : sendJson(res, 401, { message: 'Client must be authenticated to access this resource.', 'status-code': 401 })
    const own = sites[account] ?? []
    if (isCloud && path === '/oauth/token/accessible-resources')
      return sendJson(
        res,
        200,
        own.map(({ id, name }) => ({
          id,
          name,
          url: `https://${name}.atlassian.net`,
          scopes: (granted?.scope ?? '').split(' '),
        })),
      )
    const [, cloudId, rest] = (isCloud ? /^\/ex\/jira\/([^/]+)(\/.*)$/.exec(path) : ['', '', path]) ?? []
    if (rest === undefined || (isCloud && !own.some(({ id }) => id === cloudId)))
      return sendJson(res, 404, { code: 404, message: 'Not found' })
    const lacks = (scope: string) => isCloud && !granted!.scope.split(' ').includes(scope)
    const refuse = () => sendJson(res, 401, { code: 401, message: 'Unauthorized; scope does not match' })
    if (/^\/rest\/api\/[23]\/myself$/.test(rest)) {
      if (lacks('read:jira-user')) return refuse()
      return sendJson(res, 200, {
        accountId: account,
        displayName: 'Ada',
        emailAddress: 'ada@causeway.example',
        active: true,
      })
    }
    if (/^\/rest\/api\/[23]\/project\/search$/.test(rest)) {
      if (lacks('read:jira-work')) return refuse()
      const values = [{ id: '10000', key: 'CROSS', name: 'Crossings' }]
      const startAt = Number(query.get('startAt') ?? 0)
      return sendJson(res, 200, { startAt, maxResults: 50, total: 1, isLast: true, values: values.slice(startAt) })
    }
    if (/^\/rest\/api\/[23]\/(search|issue)/.test(rest)) {
      if (lacks('read:jira-work')) return refuse()
      if (await answerAboutIssues(exchange, tools, cloudId || host, rest)) return
    }
    sendJson(res, 404, { errorMessages: ['No such resource'], errors: {} })
  },
}
