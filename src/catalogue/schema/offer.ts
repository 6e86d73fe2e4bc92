import { z } from 'zod'
import { httpsUrl } from './values.ts'

const categories = [
  ...['accounting', 'advertising', 'chat', 'commerce', 'crm', 'custom', 'design', 'developer', 'email', 'forms'],
  ...['marketing', 'monitoring', 'payments', 'productivity', 'social'],
] as const

/** What kind of platform it is, for people who look for one. */
export const category = z.enum(categories)

const capabilities = [
  ...[
    'ads',
    'analytics',
    'calendar',
    'campaigns',
    'channels',
    'commands',
    'comments',
    'contacts',
    'customers',
    'deals',
  ],
  ...['documents', 'email', 'files', 'forms', 'http', 'inventory', 'invoices', 'issues', 'leads', 'lists', 'meetings'],
  ...['messages', 'metrics', 'notifications', 'orders', 'pages', 'payments', 'posts', 'products', 'publish'],
  ...['repositories', 'spreadsheets', 'stories', 'subscriptions', 'tasks', 'upload', 'users', 'videos'],
] as const

/** What one can do with a platform once an account is connected. */
export const capability = z.enum(capabilities)

/** Pages of the platform for the people who connect it. */
export const links = z.strictObject({
  app: httpsUrl.exactOptional().describe('Where an app is registered, or a key is made'),
  guide: httpsUrl.exactOptional().describe('How its way of connecting works'),
  status: httpsUrl.exactOptional().describe('Where it says that it is down'),
})
