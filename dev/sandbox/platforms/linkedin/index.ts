import type { SandboxPlatform } from '../../platform.ts'
import { answerLinkedin, said } from './api.ts'
import { oauth } from './oauth.ts'
import { webhooks } from './webhooks.ts'

export const linkedin: SandboxPlatform = {
  id: 'linkedin',
  hosts: ['www.linkedin.com', 'api.linkedin.com'],
  oauth,
  apps: [{ clientId: '86sandboxlinkedin', clientSecret: 'sandbox-linkedin-secret', redirectUris: [] }],
  people: { oauth: { lives: true, externalAccountId: '782bbtaQ01' } },
  answer: answerLinkedin,
  refusal: status => ({
    body: said(status, status === 429 ? 'TOO_MANY_REQUESTS' : 'INTERNAL_SERVER_ERROR', 'Resource level throttle limit'),
  }),
  webhooks,
}
