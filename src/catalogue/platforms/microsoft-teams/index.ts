import type { ProviderDefinition } from '../../schema/definition.ts'
import { scopes } from './scopes.ts'
import { webhooks } from './webhooks.ts'

const login = 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0'

const tenant = {
  name: 'tenant',
  label: 'Tenant',
  help: 'The id or a domain of the organisation; `organizations` lets any work account in, `common` personal ones too',
  pattern: '^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$',
}

// https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
const endpoint = {
  token: `${login}/token`,
  clientAuth: 'body' as const,
  lifetime: { access: '1h' as const, refresh: '90d' as const },
  badClient: ['invalid_client', 'unauthorized_client'],
}

export const microsoftTeams = {
  id: 'microsoft-teams',
  name: 'Microsoft Teams',
  docs: 'https://learn.microsoft.com/en-us/graph/teams-concept-overview',
  category: 'chat',
  capabilities: ['messages', 'channels', 'meetings', 'notifications', 'files', 'users'],
  links: {
    app: 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
    guide: 'https://learn.microsoft.com/en-us/entra/identity-platform/quickstart-register-app',
    status: 'https://status.cloud.microsoft',
  },
  // https://learn.microsoft.com/en-us/graph/deployments
  environments: {
    production: { api: 'https://graph.microsoft.com/v1.0', login: 'https://login.microsoftonline.com' },
    'us-government': { api: 'https://graph.microsoft.us/v1.0', login: 'https://login.microsoftonline.us' },
    china: { api: 'https://microsoftgraph.chinacloudapi.cn/v1.0', login: 'https://login.partner.microsoftonline.cn' },
  },
  auth: [
    {
      ...endpoint,
      kind: 'oauth2',
      id: 'oauth',
      ask: [{ ...tenant, default: 'organizations' }],
      authorize: `${login}/authorize`,
      authorizeParams: { response_mode: 'query' },
      defaultScopes: ['Team.ReadBasic.All', 'Channel.ReadBasic.All', 'ChannelMessage.Send'],
      // Without the first there is no refresh token.
      requiredScopes: ['offline_access', 'User.Read'],
      // A spent refresh token goes on to work: https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens
      rotation: { reuseGrace: '1d' },
      deadGrant: ['invalid_grant', 'interaction_required', 'consent_required', 'login_required'],
    },
    {
      ...endpoint,
      kind: 'client_credentials',
      id: 'application',
      environments: ['production'],
      // An app in its own name belongs to one organisation.
      ask: [{ ...tenant, help: 'The id or a domain of the organisation whose administrator has let the app in' }],
      defaultScopes: ['https://graph.microsoft.com/.default'],
      identity: { get: '/organization', id: 'value.0.id', name: 'value.0.displayName' },
      deadGrant: ['invalid_grant'],
    },
  ],
  scopes,
  identity: { get: '/me', id: 'id', name: 'userPrincipalName' },
  calls: {
    // https://learn.microsoft.com/en-us/graph/errors
    errors: {
      code: 'error.code',
      meanings: {
        InvalidAuthenticationToken: 'dead-grant',
        TooManyRequests: 'rate-limited',
        activityLimitReached: 'rate-limited',
        NotFound: 'not-found',
        itemNotFound: 'not-found',
        ResourceNotFound: 'not-found',
        resourceModified: 'stale',
        nameAlreadyExists: 'duplicate',
        BadRequest: 'rejected',
        invalidRequest: 'rejected',
        serviceNotAvailable: 'unavailable',
        ServiceUnavailable: 'unavailable',
      },
    },
  },
  // 30 requests a second of an app in an organisation: https://learn.microsoft.com/en-us/graph/throttling-limits#microsoft-teams-service-limits
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 30, window: '1s' }],
  webhooks,
} satisfies ProviderDefinition
