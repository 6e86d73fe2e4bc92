import type { SandboxPlatform } from '../../platform.ts'
import { handleNotion } from './api.ts'
import { controls } from './controls.ts'
import { first, oauth } from './oauth.ts'
import { errorOf } from './refusals.ts'
import { webhooks } from './webhooks.ts'

const secret = 'ntn_sandboxInternalSecretOne'

export const notion: SandboxPlatform = {
  id: 'notion',
  hosts: ['api.notion.com'],
  oauth,
  apps: [{ clientId: '463558a3-0000-4000-8000-sandboxnotion', clientSecret: 'secret_sandboxNotion', redirectUris: [] }],
  keys: { [secret]: first },
  people: {
    oauth: { externalAccountId: first, renewed: true },
    secret: {
      credentials: { apiKey: secret },
      wrongCredentials: { apiKey: 'ntn_sandboxInternalSecretTwo' },
      externalAccountId: first,
    },
  },
  refusal: status => ({
    body: errorOf(status, status === 429 ? 'rate_limited' : 'service_unavailable', 'Notion is busy.'),
  }),
  answer: handleNotion,
  webhooks,
  controls,
}
