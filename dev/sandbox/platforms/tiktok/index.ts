import type { SandboxPlatform } from '../../platform.ts'
import { answerTiktok, tiktokRefusal } from './api.ts'
import { oauth } from './oauth.ts'

export const tiktok: SandboxPlatform = {
  id: 'tiktok',
  hosts: ['www.tiktok.com', 'open.tiktokapis.com'],
  oauth,
  apps: [{ clientId: 'sbawtiktokkey', clientSecret: 'sandbox-tiktok-secret', redirectUris: [] }],
  people: {
    oauth: {
      externalAccountId: '723f24d7-e717-40f8-a2b6-cb8464cd23b4',
      errorIn200: { data: {}, error: { code: 'access_token_invalid', message: 'The access token is invalid.' } },
    },
  },
  answer: answerTiktok,
  refusal: tiktokRefusal,
}
