import type { SandboxPlatform } from '../../platform.ts'
import { answerTwitter, problem } from './api.ts'
import { oauth } from './oauth.ts'
import { webhooks } from './webhooks.ts'

export const twitter: SandboxPlatform = {
  id: 'twitter',
  hosts: ['x.com', 'twitter.com', 'api.x.com', 'api.twitter.com'],
  oauth,
  apps: [{ clientId: 'c2FuZGJveC14LWNsaWVudA', clientSecret: 'sandbox-x-secret:+/', redirectUris: [] }],
  people: { oauth: { externalAccountId: '2244994945000000001' } },
  // https://docs.x.com/x-api/fundamentals/response-codes-and-errors#partial-errors
  errorsIn200: [
    {
      body: {
        errors: [
          {
            ...{
              value: '1',
              detail: 'Could not find user with id: [1].',
              title: 'Not Found Error',
              resource_type: 'user',
            },
            ...{ parameter: 'id', resource_id: '1', type: 'https://api.twitter.com/2/problems/resource-not-found' },
          },
        ],
      },
      code: 'https://api.twitter.com/2/problems/resource-not-found',
      means: 'not there',
    },
  ],
  answer: answerTwitter,
  refusal: status => ({
    headers: { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(Math.ceil(Date.now() / 1000) + 1) },
    body: problem(status, status === 429 ? 'Too Many Requests' : 'Service Unavailable'),
  }),
  webhooks,
}
