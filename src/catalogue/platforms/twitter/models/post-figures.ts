import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, instant, read } from '../../read-fields.ts'

/** Figures of a post are those of now: posts of the last weeks are read again. One window, as it must not end ahead of now. */
export const postFigures = {
  collection: 'metrics',
  kind: 'append',
  summary: "How the person's posts of the last year did so far",
  docs: 'https://docs.x.com/x-api/posts/timelines/introduction',
  asks: [
    {
      name: 'user',
      label: 'Account',
      help: 'Its number: externalAccountId of the connection, or that of another whose posts are public',
      pattern: '^[0-9]{1,19}$',
    },
  ],
  id: 'id',
  list: {
    kind: 'cursor',
    path: '/2/users/{user}/tweets',
    query: { 'tweet.fields': 'created_at,public_metrics' },
    page: 100,
    param: 'pagination_token',
    limitParam: 'max_results',
    items: 'data',
    absent: 'empty',
    next: { from: 'path', path: 'meta.next_token' },
    end: 'no-cursor',
  },
  windows: { params: { start_time: '{from}' }, format: 'instant', days: 366, reach: '365d', again: 30 },
  fields: [
    ['name', 'text', read],
    ['startsAt', 'created_at', instant],
    ['dimensions.post', 'id', read],
    ['figures.impressions', 'public_metrics.impression_count', decimal],
    ['figures.likes', 'public_metrics.like_count', decimal],
    ['figures.comments', 'public_metrics.reply_count', decimal],
    ['figures.shares', 'public_metrics.retweet_count', decimal],
  ],
} satisfies ModelDefinition
