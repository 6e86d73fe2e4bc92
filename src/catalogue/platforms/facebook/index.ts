import type { ProviderDefinition } from '../../schema/definition.ts'
import { graph, login, permissions, proven } from '../meta.ts'
import { comments } from './models/comments.ts'
import { insights } from './models/insights.ts'
import { leads } from './models/leads.ts'
import { webhooks } from './webhooks.ts'

export const facebook = {
  id: 'facebook',
  name: 'Facebook',
  docs: 'https://developers.facebook.com/docs/graph-api',
  category: 'social',
  capabilities: ['pages', 'posts', 'comments', 'messages', 'publish', 'upload', 'analytics', 'leads', 'products'],
  links: {
    app: 'https://developers.facebook.com/apps',
    guide: 'https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow',
    status: 'https://metastatus.com',
  },
  environments: { production: { api: graph } },
  auth: [
    {
      ...login,
      id: 'user',
      defaultScopes: ['public_profile', 'email'],
      revoke: { ...permissions, as: 'token' },
    },
    {
      // The token of a page that the person manages: https://developers.facebook.com/docs/pages-api/getting-started
      ...login,
      id: 'page',
      defaultScopes: ['pages_show_list', 'pages_read_engagement'],
      requiredScopes: ['pages_show_list'],
      discover: {
        path: '/me/accounts',
        query: { fields: 'id,name,category,access_token', limit: 200 },
        items: 'data',
        keep: { pageId: 'id' },
        secrets: { pageToken: 'access_token' },
        name: 'name',
        detail: 'category',
      },
      placement: proven('{pageToken}'),
      identity: { get: '/{pageId}', query: { fields: 'id,name' }, id: 'id', name: 'name' },
      // The person's token ends it, which calls do not carry.
      revoke: { ...permissions, as: 'token', placement: proven() },
    },
  ],
  scopes: {
    public_profile: 'Read the name and the picture of the profile',
    email: 'Read the e-mail address',
    pages_show_list: 'See which pages the person manages',
    pages_read_engagement: 'Read what the pages have posted, and their followers',
    pages_read_user_content: 'Read what others have posted and commented on the pages',
    pages_manage_posts: 'Write, change and delete posts of the pages',
    pages_manage_engagement: 'Write and delete comments of the pages',
    pages_manage_metadata: 'Subscribe to webhooks of the pages, and change their settings',
    pages_messaging: 'Read and write messages of the pages',
    publish_video: 'Publish videos and go live',
    read_insights: 'Read how posts and pages do',
    business_management: 'Manage the business and what belongs to it',
    leads_retrieval: 'Read what people have filled in in lead forms',
    catalog_management: 'Manage catalogues of products',
    instagram_basic: 'Read the Instagram accounts that belong to the pages',
    instagram_content_publish: 'Publish to these Instagram accounts',
    instagram_manage_comments: 'Read and manage comments of these Instagram accounts',
    instagram_manage_insights: 'Read how these Instagram accounts do',
  },
  identity: { get: '/me', query: { fields: 'id,name' }, id: 'id', name: 'name' },
  // https://developers.facebook.com/docs/graph-api/guides/error-handling
  calls: {
    errors: {
      code: 'error.code',
      meanings: {
        ...{ 1: 'unavailable', 2: 'unavailable', 102: 'dead-grant', 190: 'dead-grant', 506: 'duplicate' },
        ...{ 4: 'rate-limited', 17: 'rate-limited', 32: 'rate-limited', 341: 'rate-limited', 613: 'rate-limited' },
        ...{ 80001: 'rate-limited', 80002: 'rate-limited', 80006: 'rate-limited', 803: 'not-found' },
      },
    },
  },
  // So many for each person that uses the app: https://developers.facebook.com/docs/graph-api/overview/rate-limiting
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 200, window: '1h' }],
  models: { comments, insights, leads },
  webhooks,
} satisfies ProviderDefinition
