import type { ProviderDefinition } from '../../schema/definition.ts'
import { companies } from './models/companies.ts'
import { contacts } from './models/contacts.ts'
import { deals } from './models/deals.ts'
import { scopes } from './scopes.ts'
import { webhooks } from './webhooks.ts'

export const hubspot = {
  id: 'hubspot',
  name: 'HubSpot',
  docs: 'https://developers.hubspot.com/docs/api-reference/overview',
  category: 'crm',
  capabilities: ['contacts', 'customers', 'deals', 'leads', 'lists', 'campaigns', 'forms', 'tasks'],
  links: {
    app: 'https://app.hubspot.com/developer-overview',
    guide: 'https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens',
    status: 'https://status.hubspot.com',
  },
  // The accounts in Europe are reached at the same hosts.
  environments: { production: { api: 'https://api.hubapi.com' } },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
      authorize: 'https://app.hubspot.com/oauth/authorize',
      // https://developers.hubspot.com/docs/api-reference/legacy/authentication/oauth-tokens/v1/migration-guide
      token: 'https://api.hubapi.com/oauth/2026-03/token',
      revoke: { kind: 'rfc7009', url: 'https://api.hubapi.com/oauth/2026-03/token/revoke' },
      clientAuth: 'body',
      // The guide of its authorization page knows no challenge.
      pkce: false,
      defaultScopes: [
        ...['crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.objects.companies.read'],
        ...['crm.objects.companies.write', 'crm.objects.deals.read', 'crm.objects.deals.write'],
      ],
      requiredScopes: ['oauth'],
      secondScopes: { param: 'optional_scope', prefix: 'optional:' },
      answer: { scope: 'scopes', error: ['error', 'status'] },
      captureFromToken: { hubId: 'hub_id' },
      lifetime: { access: '30m' },
      deadGrant: ['BAD_REFRESH_TOKEN', 'BAD_HUB'],
      badClient: ['BAD_CLIENT_ID', 'BAD_CLIENT_SECRET'],
    },
    {
      kind: 'api_key',
      id: 'private-app',
      label: 'Access token of a private app',
      pattern: '^pat-[a-z0-9]+-[0-9a-f-]{30,40}$',
      help: 'Settings, Integrations, Private apps, Auth',
      placement: { in: 'bearer' },
    },
  ],
  scopes,
  identity: { get: '/account-info/v3/details', id: 'portalId', name: 'uiDomain' },
  calls: {
    errors: {
      code: ['category', 'status'],
      meanings: {
        EXPIRED_AUTHENTICATION: 'dead-grant',
        INVALID_AUTHENTICATION: 'dead-grant',
        RATE_LIMITS: 'rate-limited',
        OBJECT_NOT_FOUND: 'not-found',
        CONFLICT: 'duplicate',
        VALIDATION_ERROR: 'rejected',
        MISSING_SCOPES: 'rejected',
      },
    },
  },
  // The first also has the words of the second. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
  limitSigns: [
    { status: 429, text: { path: 'policyName', has: 'ten_secondly' }, wait: '10s' },
    { status: 429, text: { path: 'policyName', has: 'secondly' }, wait: '1s' },
  ],
  limits: [
    {
      kind: 'calls-per-window',
      per: 'connection',
      permits: 110,
      window: '10s',
      headers: {
        remaining: 'x-hubspot-ratelimit-remaining',
        reset: 'x-hubspot-ratelimit-interval-milliseconds',
        resetIn: 'milliseconds',
      },
    },
  ],
  models: { contacts, companies, deals },
  webhooks,
} satisfies ProviderDefinition
