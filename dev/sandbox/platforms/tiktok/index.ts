import type { SandboxPlatform } from '../../platform.ts'
import { answerTiktok, tiktokRefusal } from './api.ts'
import { oauth } from './oauth.ts'
import { webhooks } from './webhooks.ts'

const told = (code: string) => ({ code, body: { data: {}, error: { code, message: 'Refused.', log_id: '2026' } } })

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
  // https://developers.tiktok.com/doc/tiktok-api-v2-error-handling
  errorsIn200: [
    { ...told('scope_not_authorized'), means: 'refused' },
    { ...told('internal_error'), means: 'try later' },
    { ...told('rate_limit_exceeded'), means: 'slow down' },
  ],
  answer: answerTiktok,
  refusal: tiktokRefusal,
  webhooks,
}
