import type { SandboxPlatform } from '../../platform.ts'
import { graphRefusal } from '../facebook/errors.ts'
import { answerInstagram } from './api.ts'
import { oauth } from './oauth.ts'
import { webhooks } from './webhooks.ts'

export const instagram: SandboxPlatform = {
  id: 'instagram',
  hosts: ['www.instagram.com', 'api.instagram.com', 'graph.instagram.com'],
  oauth,
  apps: [{ clientId: '2000000000000001', clientSecret: 'sandbox-instagram-secret', redirectUris: [] }],
  people: { oauth: { externalAccountId: '17841400000000001' } },
  answer: answerInstagram,
  refusal: graphRefusal,
  webhooks,
}
