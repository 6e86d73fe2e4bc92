import type { SandboxPlatform } from '../../platform.ts'
import { answerTwitter, problem } from './api.ts'
import { oauth } from './oauth.ts'

export const twitter: SandboxPlatform = {
  id: 'twitter',
  hosts: ['x.com', 'twitter.com', 'api.x.com', 'api.twitter.com'],
  oauth,
  apps: [{ clientId: 'c2FuZGJveC14LWNsaWVudA', clientSecret: 'sandbox-x-secret:+/', redirectUris: [] }],
  people: { oauth: { externalAccountId: '2244994945000000001' } },
  answer: answerTwitter,
  refusal: status => ({
    headers: { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(Math.ceil(Date.now() / 1000) + 1) },
    body: problem(status, status === 429 ? 'Too Many Requests' : 'Service Unavailable'),
  }),
}
