import type { ProviderDefinition } from '../../schema/definition.ts'
import { webhooks } from './webhooks.ts'

export const discord = {
  id: 'discord',
  name: 'Discord',
  docs: 'https://discord.com/developers/docs/reference',
  category: 'chat',
  capabilities: ['messages', 'channels', 'users', 'notifications', 'commands'],
  links: {
    app: 'https://discord.com/developers/applications',
    guide: 'https://discord.com/developers/docs/topics/oauth2',
    status: 'https://discordstatus.com',
  },
  environments: { production: { api: 'https://discord.com/api/v10' } },
  auth: [
    {
      kind: 'oauth2',
      id: 'oauth',
      authorize: 'https://discord.com/oauth2/authorize',
      token: 'https://discord.com/api/oauth2/token',
      clientAuth: 'basic',
      defaultScopes: ['identify'],
      revoke: { kind: 'rfc7009', url: 'https://discord.com/api/oauth2/token/revoke' },
      lifetime: { access: '7d' },
      // The server that a bot was added to, by what the answer says of it.
      captureFromToken: { guildId: 'guild.id' },
      deadGrant: ['invalid_grant'],
    },
    {
      kind: 'api_key',
      id: 'bot',
      label: 'Bot token',
      help: 'discord.com/developers/applications, your app, Bot, Reset Token',
      pattern: '^[A-Za-z0-9_-]{18,40}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,60}$',
      // https://discord.com/developers/docs/reference#authentication
      placement: { in: 'header', name: 'authorization', value: 'Bot {accessToken}' },
    },
  ],
  // https://discord.com/developers/docs/topics/oauth2#shared-resources-oauth2-scopes
  scopes: {
    identify: 'See the name and picture of the account',
    email: 'See the e-mail address of the account',
    guilds: 'See the servers that the account is in',
    'guilds.join': 'Make the account join servers',
    'guilds.members.read': "See the account's own nickname and roles in its servers",
    connections: 'See the accounts elsewhere that are linked to the account',
    bot: 'Add the bot of the app to a server',
    'applications.commands': 'Add commands of the app to a server',
    'webhook.incoming': 'Make a webhook that sends messages to one channel',
  },
  identity: { get: '/users/@me', id: 'id', name: 'username' },
  calls: {
    errors: {
      code: 'code',
      // https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
      meanings: { '10003': 'not-found', '10008': 'not-found', '10013': 'not-found', '50014': 'dead-grant' },
    },
  },
  // Beside those of each route: https://discord.com/developers/docs/topics/rate-limits
  limits: [
    {
      kind: 'calls-per-window',
      per: 'connection',
      permits: 50,
      window: '1s',
      body: { retryAfter: { path: 'retry_after', in: 'seconds' } },
    },
  ],
  webhooks,
} satisfies ProviderDefinition
