import type { ProviderDefinition } from '../../schema/definition.ts'
import * as google from '../google.ts'
import { app, webhooks } from './webhooks.ts'

const scope = 'https://www.googleapis.com/auth/gmail'

export const gmail = {
  id: 'gmail',
  name: 'Gmail',
  docs: 'https://developers.google.com/workspace/gmail/api/guides',
  category: 'email',
  capabilities: ['email', 'messages', 'files', 'notifications'],
  links: {
    app: 'https://console.cloud.google.com/auth/clients',
    guide: 'https://developers.google.com/identity/protocols/oauth2/web-server',
    status: 'https://www.google.com/appsstatus/dashboard/',
  },
  environments: { production: { api: 'https://gmail.googleapis.com', accounts: google.accounts } },
  app,
  auth: [
    { ...google.oauth, defaultScopes: [`${scope}.readonly`, `${scope}.send`] },
    { ...google.delegated, defaultScopes: [`${scope}.readonly`, `${scope}.send`] },
  ],
  // https://developers.google.com/workspace/gmail/api/auth/scopes
  scopes: {
    ...google.identityScopes,
    'https://mail.google.com/': 'Read, write, send and delete all mail for good',
    [`${scope}.readonly`]: 'Read all mail and settings',
    [`${scope}.modify`]: 'Read, write and send mail, without deleting it for good',
    [`${scope}.send`]: 'Send mail, and nothing else',
    [`${scope}.compose`]: 'Manage drafts and send mail',
    [`${scope}.insert`]: 'Add mail to the mailbox',
    [`${scope}.labels`]: 'See and change labels',
    [`${scope}.metadata`]: 'See headers and labels, without what mail says',
    [`${scope}.settings.basic`]: 'Change settings and filters',
    [`${scope}.settings.sharing`]: 'Change delegates and forwarding; for service accounts of a domain only',
  },
  // By the address, which is all that a webhook names.
  identity: { ...google.identity, id: 'email' },
  calls: { errors: google.errors },
  // 15,000 units a minute for each person, of which reading a message takes 5 and sending one 100:
  // https://developers.google.com/workspace/gmail/api/reference/quota
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 3_000, window: '1m' }],
  webhooks,
} satisfies ProviderDefinition
