import type { SandboxPlatform } from '../../platform.ts'
import { githubClient } from '../../settings.ts'
import { handleGithub } from './api.ts'
import { oauth } from './oauth.ts'
import { webhooks } from './webhooks.ts'

export const github: SandboxPlatform = {
  id: 'github',
  hosts: ['github.com', 'api.github.com'],
  oauth,
  apps: [{ clientId: githubClient.id, clientSecret: githubClient.secret, redirectUris: [] }],
  people: { oauth: { externalAccountId: '583231' } },
  answer: handleGithub,
  webhooks,
}
