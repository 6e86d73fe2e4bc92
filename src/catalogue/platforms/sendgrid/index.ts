import type { ProviderDefinition } from '../../schema/definition.ts'
import { webhooks } from './webhooks.ts'

export const sendgrid = {
  id: 'sendgrid',
  name: 'SendGrid',
  docs: 'https://www.twilio.com/docs/sendgrid/api-reference',
  category: 'email',
  capabilities: ['email', 'contacts', 'lists', 'campaigns', 'analytics'],
  links: {
    app: 'https://app.sendgrid.com/settings/api_keys',
    guide: 'https://www.twilio.com/docs/sendgrid/for-developers/sending-email/authentication',
    status: 'https://status.sendgrid.com',
  },
  environments: {
    production: { api: 'https://api.sendgrid.com/v3' },
    eu: { api: 'https://api.eu.sendgrid.com/v3' },
  },
  auth: [
    {
      kind: 'api_key',
      id: 'key',
      label: 'API key',
      pattern: '^SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}$',
      help: 'SendGrid, Settings, API keys',
      // The part in the middle is the id by which SendGrid lists the key.
      capture: { keyId: '^SG\\.([A-Za-z0-9_-]{22})\\.' },
      placement: { in: 'bearer' },
    },
  ],
  // What a key may do is ticked where it is made.
  scopes: {},
  // Every key may ask what it may do; whose account it is, most may not ask.
  identity: { get: '/scopes', id: { captured: 'keyId' } },
  calls: { errors: { code: 'errors.0.error_id' } },
  limits: [
    {
      kind: 'calls-per-window',
      per: 'connection',
      permits: 600,
      window: '1m',
      headers: { remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset', resetIn: 'unix-seconds' },
    },
  ],
  webhooks,
} satisfies ProviderDefinition
