import { bearerToken, sendJson } from '../../http.ts'
import { knownJwk } from '../../known-key.ts'
import type { SandboxPlatform } from '../../platform.ts'
import { domain, isTenant, loginHost, oauth, tenantId, tenantIn } from './oauth.ts'
import { answerAboutSubscriptions } from './subscriptions.ts'
import { webhooks } from './webhooks.ts'

/** https://learn.microsoft.com/en-us/graph/errors */
const fault = (code: string, message: string) => ({
  error: { code, message, innerError: { date: '2026-01-01T00:00:00', 'request-id': 'r', 'client-request-id': 'r' } },
})

/** https://learn.microsoft.com/en-us/graph/api/resources/teams-api-overview */
export const microsoftTeams: SandboxPlatform = {
  id: 'microsoft-teams',
  hosts: [
    ...['login.microsoftonline.com', 'login.microsoftonline.us', 'login.partner.microsoftonline.cn'],
    ...['graph.microsoft.com', 'graph.microsoft.us', 'microsoftgraph.chinacloudapi.cn'],
  ],
  oauth,
  apps: [{ clientId: 'a9000000-0000-4000-8000-000000000001', clientSecret: 'sandbox~teams.secret', redirectUris: [] }],
  keys: { [`consent-${tenantId}`]: tenantId },
  people: {
    oauth: { config: { tenant: 'organizations' }, externalAccountId: oauth.accounts[0] },
    application: { config: { tenant: domain }, externalAccountId: tenantId },
  },
  refusal: status => {
    const code = { 429: 'TooManyRequests', 500: 'generalException', 503: 'serviceNotAvailable' }[status]
    return { body: fault(code, 'Please retry later.') }
  },
  answer(exchange, tools) {
    const { req, res, host = '', path } = exchange
    if (loginHost.test(host)) return answerLogin(host, path)
    if (!path.startsWith('/v1.0/')) return sendJson(res, 400, fault('BadRequest', 'Invalid version'))
    const granted = tools.granted(bearerToken(req))
    if (!granted) return sendJson(res, 401, fault('InvalidAuthenticationToken', 'Access token is empty or wrong.'))
    if (/^\/v1\.0\/subscriptions(\/|$)/.test(path)) {
      const refuse = (status: number, code: string, message: string) => sendJson(res, status, fault(code, message))
      return answerAboutSubscriptions(exchange, tools, granted, refuse)
    }
    const has = (...wanted: string[]) =>
      granted.scope.split(' ').some(scope => wanted.includes(scope.split('/').at(-1)!))
    const forbidden = () => sendJson(res, 403, fault('Forbidden', 'Missing scope permissions on the request.'))
    const id = granted.account
    const list = (value: unknown[]) => sendJson(res, 200, { '@odata.context': '$metadata', value })
    switch (req.method === 'GET' ? path.slice('/v1.0'.length) : '') {
      case '/me':
        if (has('.default')) return sendJson(res, 400, fault('BadRequest', '/me is only valid with delegated access.'))
        if (!has('User.Read')) return forbidden()
        return sendJson(res, 200, { id, displayName: 'Ada', userPrincipalName: `ada@${domain}`, mail: `ada@${domain}` })
      case '/organization':
        if (!has('.default', 'User.Read')) return forbidden()
        return list([{ id: tenantId, displayName: 'Causeway', verifiedDomains: [{ name: domain, isDefault: true }] }])
      case '/me/joinedTeams':
        if (!has('Team.ReadBasic.All', 'TeamSettings.ReadWrite.All')) return forbidden()
        return list([{ id: 'team-1', displayName: 'Crossings', tenantId }])
      default:
        return sendJson(res, 404, fault('ResourceNotFound', `Resource not found for ${path}.`))
    }

    function answerLogin(at: string, asked: string): void {
      const tenant = tenantIn(asked)
      if (/^\/common\/discovery\/(v2\.0\/)?keys$/.test(asked)) return sendJson(res, 200, { keys: [knownJwk] })
      if (asked === '/common/discovery/instance') return sendJson(res, 200, instances(at))
      if (!asked.endsWith('/v2.0/.well-known/openid-configuration')) return sendJson(res, 404, { error: 'not_found' })
      if (!isTenant(tenant)) return sendJson(res, 400, { error: 'invalid_tenant' })
      const base = `https://${at}/${tenant}`
      sendJson(res, 200, {
        token_endpoint: `${base}/oauth2/v2.0/token`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        end_session_endpoint: `${base}/oauth2/v2.0/logout`,
        jwks_uri: `${base}/discovery/v2.0/keys`,
        issuer: `https://${at}/${tenantId}/v2.0`,
        token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
      })
    }
  },
  webhooks,
}

function instances(at: string): Record<string, unknown> {
  const metadata = [{ preferred_network: at, preferred_cache: at, aliases: [at] }]
  return { tenant_discovery_endpoint: `https://${at}/common/v2.0/.well-known/openid-configuration`, metadata }
}
