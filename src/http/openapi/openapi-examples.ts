const syncId = 'sync_01kb3v9w8xf4s9hq2m7c5t6n0p'
const [connectionId, endpointId] = ['conn_01kb3v9w8xf4s9hq2m7c5t6n0p', 'ep_01kb3v9w8xf4s9hq2m7c5t6n0p']
const key = { name: 'Nightly import', permissions: ['records:write'] }

/** What stands for a PEM text (RFC 7468), without anything in it. */
const pem = (label: string) => `-----BEGIN ${label}-----\n…\n-----END ${label}-----\n`

/** A platform of a workspace's own. */
const acme = {
  ...{ id: 'acme', name: 'Acme', docs: 'https://acme.example/docs' },
  environments: { production: { api: 'https://api.acme.example' } },
  auth: [{ kind: 'api_key', id: 'key', label: 'Key', help: 'Settings, API keys', placement: { in: 'bearer' } }],
  ...{ scopes: {}, identity: { get: '/me', id: 'id', name: 'name' } },
}

/** A body for each operation that takes one, by the operation's name. A test checks them as a call would be. */
export const bodyExamples: Record<string, unknown> = {
  createProvider: acme,
  putProvider: acme,
  createWorkspace: { name: 'My product', redirectOrigins: ['https://app.example.com'] },
  putPrivateHosts: { hosts: [{ host: 'erp.example.internal', networks: ['10.1.0.0/16'] }] },
  updateWorkspace: { redirectOrigins: ['https://app.example.com'] },
  createApiKey: key,
  createApiKeyOfWorkspace: key,
  createProviderApp: {
    provider: 'github',
    name: 'Our GitHub app',
    clientId: 'Iv1.8a61f9b3a7aba766',
    clientSecret: 'the-secret-of-the-app',
    webhookSecret: 'what-webhooks-are-signed-with',
  },
  updateProviderApp: { scopes: ['read:user'] },
  createConnection: {
    provider: 'github',
    returnUrl: 'https://app.example.com/settings',
    ownerId: 'user-42',
    tags: ['eu'],
  },
  createConnectionImport: {
    connections: [
      {
        ...{ externalId: 'github/user-42', provider: 'github', ownerId: 'user-42', tags: ['eu'] },
        ...{ scopes: ['read:user'], tokens: { accessToken: 'what-the-platform-gave' } },
      },
      { externalId: 'stripe/user-43', provider: 'stripe', credentials: { apiKey: 'rk_test_123' } },
    ],
    dryRun: true,
  },
  updateConnection: { tags: ['eu', 'pilot'], metadata: { plan: 'gold' } },
  chooseAccount: { choice: '1324403c-9a2b-4c7d-8d5e-2f1b6a7c8d9e' },
  replaceConnectionCredentials: { credentials: { apiKey: 'rk_test_123' } },
  reconnectConnection: { returnUrl: 'https://app.example.com/settings' },
  createConnectionWebhookAddress: { name: 'Form of the shop', secret: 'what-this-registration-is-signed-with' },
  updateConnectionWebhookAddress: { learnForSeconds: 600 },
  rotateConnectionWebhookAddress: { overlapSeconds: 3_600 },
  createConnectionWebhookSubscription: { types: ['push', 'issues'], about: { repository: 'octocat/hello-world' } },
  createInboundSource: {
    slug: 'shipping',
    name: 'Our shipping partner',
    scheme: { kind: 'hmac', header: 'x-signature', encoding: 'hex' },
    secret: 'what-the-partner-signs-with',
    type: { path: 'event' },
    deliveryId: { header: 'x-delivery' },
  },
  updateInboundSource: { type: { header: 'x-event' } },
  rotateInboundSource: { overlapSeconds: 3_600 },
  createInboundReplay: { from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z', statuses: ['unmatched'] },
  createSync: { connectionId, model: 'customers', direction: 'both', schedule: { every: '15m' } },
  updateSync: { schedule: { cron: '0 6 * * 1-5', timeZone: 'Europe/Berlin' } },
  createSyncRun: { full: true },
  retrySyncIssues: { kind: 'rejected' },
  skipSyncIssues: { kind: 'rejected' },
  actOnSyncIssue: { action: 'fix', data: { email: 'ada@example.com' } },
  rewindSync: { to: '2026-11-01T00:00:00Z' },
  resolveSyncConflict: { use: 'provider', fields: { email: { use: 'hub' }, phone: { value: '+49 30 1234567' } } },
  previewSync: { connectionId, model: 'customers', direction: 'both' },
  resolveSyncError: { externalId: '58' },
  resolveSyncMatch: { recordId: 'rec_01j8z3k7d4e5f6g7h8j9k0m1n2' },
  createRule: { eventTypes: ['content.published'], filter: { channel: 'shop' }, syncIds: [syncId] },
  updateRule: { eventTypes: ['content.*'] },
  createRecord: { collection: 'customers', data: { displayName: 'Ada', email: 'ada@example.com' } },
  createRecords: {
    operations: [
      { op: 'create', collection: 'customers', data: { displayName: 'Ada' } },
      { op: 'update', id: 'rec_01kb3v9w8xf4s9hq2m7c5t6n0p', data: { email: null }, ifVersion: 1 },
    ],
  },
  importRecords: { csv: 'email,displayName\r\nada@example.com,Ada\r\n' },
  updateRecord: { data: { email: null }, ifVersion: 1 },
  createEndpoint: { url: 'https://example.com/hooks', eventTypes: ['invoice.*'] },
  updateEndpoint: { rateLimit: { requests: 100, seconds: 60 } },
  enableEndpoint: { replay: 'missed' },
  rotateEndpointSecret: { overlapSeconds: 86_400 },
  putEndpointClientCertificate: {
    certificate: pem('CERTIFICATE'),
    privateKey: pem('PRIVATE KEY'),
  },
  updateDeliverySettings: { payloadDays: 30 },
  putEventType: {
    description: 'An invoice was paid',
    schema: { type: 'object', required: ['number'], properties: { number: { type: 'integer' } } },
  },
  publishEvents: { type: 'invoice.paid', data: { number: 42 }, eventId: 'invoice-42-paid' },
  cancelDeliveries: { endpointId, type: 'invoice.paid' },
  createReplay: { endpointId, from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z', statuses: ['failed'] },
}
