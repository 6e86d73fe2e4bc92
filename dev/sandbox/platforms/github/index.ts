import type { SandboxPlatform } from '../../platform.ts'
import { githubClient } from '../../settings.ts'
import { handleGithub } from './api.ts'
import { knownPrivateKey } from '../../known-key.ts'
import { app, installationKey, installations } from './installation.ts'
import { oauth } from './oauth.ts'
import { webhooks } from './webhooks.ts'

const token = 'github_pat_one_one_one_one_one_one'
const serverToken = 'ghp_sandboxTokenServer00000001'
const keysOfInstallations = Object.fromEntries(
  Object.entries(installations).map(([id, login]) => [installationKey(id), login] as const),
)

export const github: SandboxPlatform = {
  id: 'github',
  hosts: ['github.com', 'api.github.com', '{host}'],
  oauth,
  apps: [{ clientId: githubClient.id, clientSecret: githubClient.secret, redirectUris: [] }],
  keys: { [token]: 'octocat', [serverToken]: 'octocat', ...keysOfInstallations },
  people: {
    oauth: { externalAccountId: '583231' },
    app: { appFields: { slug: app.slug, privateKey: knownPrivateKey }, externalAccountId: '41000001' },
    token: {
      credentials: { apiKey: token },
      wrongCredentials: { apiKey: 'github_pat_two_two_two_two_two_two' },
      externalAccountId: '583231',
    },
    'token-enterprise-server': {
      config: { host: 'github.causeway.example' },
      credentials: { apiKey: serverToken },
      wrongCredentials: { apiKey: 'ghp_sandboxTokenNobody00000001' },
      externalAccountId: '583231',
    },
  },
  answer: handleGithub,
  webhooks,
}
