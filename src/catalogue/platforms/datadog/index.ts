import type { ProviderDefinition } from '../../schema/definition.ts'
import { monitors } from './models/monitors.ts'
import { webhooks } from './webhooks.ts'

export const datadog = {
  id: 'datadog',
  name: 'Datadog',
  docs: 'https://docs.datadoghq.com/api/latest/',
  category: 'monitoring',
  capabilities: ['metrics', 'notifications'],
  links: {
    app: 'https://app.datadoghq.com/organization-settings/api-keys',
    guide: 'https://docs.datadoghq.com/account_management/api-app-keys/',
    status: 'https://status.datadoghq.com',
  },
  // https://docs.datadoghq.com/getting_started/site/
  environments: {
    us1: { api: 'https://api.datadoghq.com' },
    us3: { api: 'https://api.us3.datadoghq.com' },
    us5: { api: 'https://api.us5.datadoghq.com' },
    eu1: { api: 'https://api.datadoghq.eu' },
    uk1: { api: 'https://api.uk1.datadoghq.com' },
    ap1: { api: 'https://api.ap1.datadoghq.com' },
    ap2: { api: 'https://api.ap2.datadoghq.com' },
    'us1-fed': { api: 'https://api.ddog-gov.com' },
    'us2-fed': { api: 'https://api.us2.ddog-gov.com' },
  },
  auth: [
    {
      kind: 'api_key',
      id: 'keys',
      label: 'API key and application key',
      // https://docs.datadoghq.com/account_management/api-app-keys/
      help: 'Organization settings, API keys and Application keys',
      fields: [
        {
          name: 'apiKey',
          label: 'API key',
          help: 'Organization settings, API keys',
          pattern: '^[0-9a-f]{32}$',
          secret: true,
        },
        {
          name: 'applicationKey',
          label: 'Application key',
          help: 'Organization settings, Application keys, or of a service account',
          pattern: '^[A-Za-z0-9_]{40,100}$',
          secret: true,
        },
      ],
      placement: [
        { in: 'header', name: 'dd-api-key', value: '{apiKey}' },
        { in: 'header', name: 'dd-application-key', value: '{applicationKey}' },
      ],
    },
  ],
  scopes: {},
  // Only this proves both keys: https://docs.datadoghq.com/api/latest/users/get-current-user/
  identity: {
    get: '/api/v2/current_user',
    refusedBy: [403],
    id: 'data.relationships.org.data.id',
    name: 'data.attributes.handle',
  },
  calls: {
    errors: {
      code: 'error',
      // A query of metrics: https://docs.datadoghq.com/api/latest/metrics/#query-timeseries-points
      inside200: { path: 'status', equals: 'error' },
    },
  },
  // Each endpoint has a limit of its own, which its answers tell: https://docs.datadoghq.com/api/latest/rate-limits/
  limits: [
    {
      kind: 'calls-per-window',
      per: 'connection',
      permits: 1_000,
      window: '1m',
      headers: { remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset', resetIn: 'seconds' },
    },
  ],
  models: { monitors },
  webhooks,
} satisfies ProviderDefinition
