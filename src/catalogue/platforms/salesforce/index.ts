import type { OAuth2 } from '../../schema/auth-code.ts'
import type { ProviderDefinition } from '../../schema/definition.ts'
import { accounts } from './models/accounts.ts'
import { contacts } from './models/contacts.ts'
import { leads } from './models/leads.ts'
import { scopes } from './scopes.ts'
import { webhooks } from './webhooks.ts'

const domain = {
  name: 'domain',
  label: 'My Domain',
  help: 'The host of the organisation, such as acme.my.salesforce.com: Setup, My Domain',
  pattern: String.raw`^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)?\.my\.salesforce\.com$`,
}
/** Tokens live as long as a session of the organisation's: each is asked about. */
const tokens = {
  captureFromToken: { instance: 'instance_url' },
  introspection: { url: 'https://{instance}/services/oauth2/introspect', expiresAt: 'exp' },
  lifetime: { access: '2h' },
  deadGrant: ['inactive_user', 'inactive_org', 'rate_limit_exceeded_for_user'],
  badClient: ['invalid_client_id', 'invalid_client_credentials'],
} satisfies Partial<OAuth2>
const visit = {
  ...tokens,
  kind: 'oauth2',
  clientAuth: 'body',
  authorizeParams: { prompt: 'consent' },
  defaultScopes: ['api'],
  requiredScopes: ['refresh_token', 'id'],
  revoke: { kind: 'rfc7009', url: 'https://{instance}/services/oauth2/revoke' },
} satisfies Partial<OAuth2>
const hosts = { api: 'https://{instance}/services/data/v64.0', instance: 'https://{instance}' }

export const salesforce = {
  id: 'salesforce',
  name: 'Salesforce',
  docs: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest.htm',
  category: 'crm',
  capabilities: ['contacts', 'customers', 'leads', 'deals', 'campaigns', 'tasks'],
  links: {
    app: 'https://help.salesforce.com/s/articleView?id=xcloud.create_a_local_external_client_app.htm&type=5',
    guide: 'https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm&type=5',
    status: 'https://status.salesforce.com',
  },
  environments: { production: hosts, sandbox: hosts },
  hostPatterns: {
    instance: String.raw`^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*\.(salesforce\.com|salesforce\.mil)$`,
    domain: domain.pattern,
  },
  auth: [
    {
      ...visit,
      id: 'oauth',
      environments: ['production'],
      authorize: 'https://login.salesforce.com/services/oauth2/authorize',
      token: 'https://login.salesforce.com/services/oauth2/token',
    },
    {
      ...visit,
      id: 'oauth-sandbox',
      environments: ['sandbox'],
      authorize: 'https://test.salesforce.com/services/oauth2/authorize',
      token: 'https://test.salesforce.com/services/oauth2/token',
    },
    {
      ...visit,
      id: 'oauth-domain',
      ask: [domain],
      authorize: 'https://{domain}/services/oauth2/authorize',
      token: 'https://{domain}/services/oauth2/token',
    },
    {
      ...tokens,
      kind: 'client_credentials',
      id: 'client',
      ask: [domain],
      fields: [
        { name: 'clientId', label: 'Consumer key', help: "The app's OAuth settings, Consumer Key and Secret" },
        {
          name: 'clientSecret',
          label: 'Consumer secret',
          help: "The app's OAuth settings, Consumer Key and Secret",
          secret: true,
        },
      ],
      token: 'https://{domain}/services/oauth2/token',
      clientAuth: 'body',
    },
  ],
  scopes,
  // https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_userinfo_endpoint.htm
  identity: { host: 'instance', get: '/services/oauth2/userinfo', id: 'organization_id', name: 'name' },
  calls: {
    errors: {
      code: ['0.errorCode', 'error'],
      meanings: {
        INVALID_SESSION_ID: 'dead-grant',
        REQUEST_LIMIT_EXCEEDED: 'rate-limited',
        NOT_FOUND: 'not-found',
        ENTITY_IS_DELETED: 'not-found',
        DUPLICATE_VALUE: 'duplicate',
        DUPLICATES_DETECTED: 'duplicate',
        UNABLE_TO_LOCK_ROW: 'unavailable',
        SERVER_UNAVAILABLE: 'unavailable',
      },
    },
  },
  // https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
  limits: [
    { kind: 'calls-per-window', per: 'connection', permits: 100_000, window: '1d' },
    { kind: 'calls-at-once', per: 'connection', concurrent: 25 },
  ],
  models: { accounts, contacts, leads },
  webhooks,
} satisfies ProviderDefinition
