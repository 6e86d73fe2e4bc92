import type { SandboxPlatform } from '../../platform.ts'
import { answerTiktokAds } from './api.ts'
import { oauth } from './oauth.ts'

const key = 'c0ffee00'.repeat(5)

export const tiktokAds: SandboxPlatform = {
  id: 'tiktok-ads',
  hosts: ['business-api.tiktok.com', 'sandbox-ads.tiktok.com'],
  oauth,
  apps: [{ clientId: '7000000000000000001', clientSecret: 'sandbox-tiktok-ads-secret', redirectUris: [] }],
  keys: { [key]: '6900000000000000001' },
  people: {
    oauth: {
      externalAccountId: '7100000000000000010',
      errorIn200: { code: 40105, message: 'Access token is incorrect or has been revoked.' },
    },
    token: {
      config: { advertiserId: '7100000000000000010' },
      credentials: { apiKey: key },
      wrongCredentials: { apiKey: 'deadbeef'.repeat(5) },
      errorIn200: { code: 40105, message: 'Access token is incorrect or has been revoked.' },
      externalAccountId: '7100000000000000010',
    },
  },
  // https://business-api.tiktok.com/portal/docs?id=1737172488964097
  errorsIn200: [
    { body: { code: 40002, message: 'Invalid parameter' }, code: '40002', means: 'refused' },
    { body: { code: 50000, message: 'System error' }, code: '50000', means: 'try later' },
    { body: { code: 40100, message: 'Too many requests' }, code: '40100', means: 'slow down' },
  ],
  answer: answerTiktokAds,
  refusal: status => ({
    // A limit comes with a 200, as everything does.
    ...(status === 429 ? { status: 200 } : {}),
    body: { code: status === 429 ? 40100 : 50000, message: 'Try later', request_id: 'sandbox', data: {} },
  }),
}
