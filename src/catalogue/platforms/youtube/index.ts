import type { ProviderDefinition } from '../../schema/definition.ts'
import * as google from '../google.ts'
import { channelFigures } from './models/channel-figures.ts'
import { comments } from './models/comments.ts'
import { webhooks } from './webhooks.ts'

const scope = 'https://www.googleapis.com/auth'

export const youtube = {
  id: 'youtube',
  name: 'YouTube',
  docs: 'https://developers.google.com/youtube/v3/docs',
  category: 'social',
  capabilities: ['publish', 'upload', 'videos', 'comments', 'analytics'],
  links: {
    app: 'https://console.cloud.google.com/auth/clients',
    guide: 'https://developers.google.com/youtube/v3/guides/auth/server-side-web-apps',
    status: 'https://www.google.com/appsstatus/dashboard/',
  },
  environments: {
    production: { api: 'https://www.googleapis.com', analytics: 'https://youtubeanalytics.googleapis.com' },
  },
  // Service accounts have no channel: https://developers.google.com/youtube/v3/guides/moving_to_oauth#service_accounts
  auth: [
    { ...google.oauth, requiredScopes: [`${scope}/youtube.readonly`], defaultScopes: [`${scope}/youtube.upload`] },
  ],
  // https://developers.google.com/youtube/v3/guides/auth/server-side-web-apps#identify-access-scopes
  scopes: {
    [`${scope}/youtube.readonly`]: 'See the channel, its videos and playlists',
    [`${scope}/youtube.upload`]: 'Upload videos and manage those',
    [`${scope}/youtube`]: 'Manage the channel, its videos and playlists',
    [`${scope}/youtube.force-ssl`]: 'Manage videos, captions, comments and ratings',
    [`${scope}/youtube.channel-memberships.creator`]: 'See the members of the channel',
    [`${scope}/youtubepartner`]: 'Manage assets and content of a partner',
    [`${scope}/yt-analytics.readonly`]: 'See reports on views and people',
    [`${scope}/yt-analytics-monetary.readonly`]: 'See reports on earnings',
  },
  // A person may have several channels: the grant is to the one that was picked.
  identity: {
    get: '/youtube/v3/channels',
    query: { part: 'id,snippet', mine: 'true' },
    id: 'items.0.id',
    name: 'items.0.snippet.title',
  },
  calls: { errors: google.errors },
  // 10,000 units a day for a project, of which a list takes one and an upload 100:
  // https://developers.google.com/youtube/v3/determine_quota_cost
  limits: [{ kind: 'calls-per-window', per: 'app', permits: 10_000, window: '1d' }],
  models: { 'channel-figures': channelFigures, comments },
  webhooks,
} satisfies ProviderDefinition
