const pusher = 'pusher@causeway-sandbox.iam.gserviceaccount.com'

/** A platform at which webhooks are registered by API, and what is asked of it. */
export interface Case {
  provider: string
  method: string
  words: { types?: string[]; about?: Record<string, string> }
  /** Where the platform lists what is registered, and how many at a list's path; Google has no list. */
  list?: [path: string, member?: string]
  /** How many there are then. */
  count: number
  lapses: boolean
  /** The type that the platform sends as soon as one is registered. */
  greets?: string
  /** What it then sends, and the type that this is. */
  sends: [event: Record<string, unknown>, type: string]
  /** Its app's own secret signs, which no registration has. */
  appSigns?: true
  /** It is sent to the app's own address: what then signs it, and what the app says of that. */
  toApp?: { secret: string; fields: Record<string, string> }
  /** What is particular to no platform is tried with it. */
  thorough?: true
}

export const cases: Case[] = [
  {
    ...{ provider: 'github', method: 'token', count: 1, lapses: false, greets: 'ping' },
    words: { types: ['push', 'issues'], about: { repository: 'octocat/hello-world' } },
    list: ['/repos/octocat/hello-world/hooks'],
    ...{ sends: [{ event: 'issues', payload: {} }, 'issues'], thorough: true },
  },
  {
    ...{ provider: 'google-calendar', method: 'service-account', count: 1, lapses: true, greets: 'sync' },
    words: { about: { calendar: 'primary' } },
    ...{ sends: [{ state: 'exists' }, 'exists'], thorough: true },
  },
  {
    ...{ provider: 'microsoft-teams', method: 'application', count: 1, lapses: true },
    words: { types: ['message.created', 'message.updated'], about: { resource: 'chats/getAllMessages' } },
    list: ['/subscriptions', 'value'],
    ...{ sends: [{}, 'message.created'], thorough: true },
  },
  {
    ...{ provider: 'shopify', method: 'token', count: 2, lapses: false },
    words: { types: ['orders.create', 'products.update'] },
    list: ['/webhooks.json', 'webhooks'],
    ...{ sends: [{ topic: 'orders/create' }, 'orders.create'], appSigns: true, thorough: true },
  },
  {
    ...{ provider: 'gitlab', method: 'token', count: 1, lapses: false },
    words: { types: ['push', 'merge_request'], about: { project: 'ada/p1' } },
    list: ['/projects/ada%2Fp1/hooks'],
    sends: [{ kind: 'push', event: 'Push Hook' }, 'push'],
  },
  {
    ...{ provider: 'typeform', method: 'personal-token', count: 1, lapses: false },
    words: { types: ['form_response'], about: { form: 'fOrder' } },
    list: ['/forms/fOrder/webhooks', 'items'],
    sends: [{}, 'form_response'],
  },
  {
    ...{ provider: 'woocommerce', method: 'keys', count: 2, lapses: false },
    words: { types: ['order.created', 'order.updated'] },
    list: ['/webhooks'],
    sends: [{ topic: 'order.created' }, 'order.created'],
  },
  {
    ...{ provider: 'mailchimp', method: 'key', count: 1, lapses: false },
    words: { types: ['subscribe', 'cleaned'], about: { list: '57afe96172' } },
    list: ['/lists/57afe96172/webhooks', 'webhooks'],
    sends: [{ type: 'cleaned' }, 'cleaned'],
  },
  {
    ...{ provider: 'asana', method: 'personal-token', count: 1, lapses: false },
    words: { types: ['task.changed', 'project.deleted'], about: { resource: '1198000000000000' } },
    list: ['/webhooks', 'data'],
    sends: [{}, 'task.changed'],
  },
  {
    ...{ provider: 'stripe', method: 'key', count: 1, lapses: false },
    words: { types: ['customer.updated', 'invoice.paid'] },
    list: ['/v1/webhook_endpoints', 'data'],
    sends: [{}, 'customer.updated'],
  },
  {
    ...{ provider: 'paypal', method: 'client', count: 1, lapses: false },
    words: { types: ['PAYMENT.CAPTURE.COMPLETED', 'INVOICING.INVOICE.PAID'] },
    list: ['/v1/notifications/webhooks', 'webhooks'],
    sends: [{}, 'PAYMENT.CAPTURE.COMPLETED'],
  },
  {
    ...{ provider: 'gmail', method: 'delegated', count: 1, lapses: true },
    words: { about: { topic: 'projects/causeway-sandbox/topics/mail' } },
    sends: [{}, 'mailbox.changed'],
    toApp: { secret: pusher, fields: { pushServiceAccount: pusher } },
  },
]
