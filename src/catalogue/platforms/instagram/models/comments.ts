import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, instant, read } from '../../read-fields.ts'

/** That a comment cannot be read says as well that somebody may not read it: what is no longer listed is not taken for gone. */
export const comments = {
  collection: 'comments',
  kind: 'append',
  summary: 'Comments on a post, without replies; it needs the scope instagram_business_manage_comments',
  docs: 'https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments',
  asks: [
    {
      name: 'media',
      label: 'Post',
      help: 'Its ID, as GET /me/media tells it',
      pattern: '^[0-9]{5,25}$',
    },
  ],
  id: 'id',
  list: {
    kind: 'address',
    path: '/{media}/comments',
    query: { fields: 'id,text,from,username,timestamp,like_count' },
    page: 50,
    limitParam: 'limit',
    items: 'data',
    next: 'paging.next',
  },
  fields: [
    ['text', 'text', read],
    ['author', 'username', read],
    ['authorId', 'from.id', read],
    ['post', 'id', { only: 'read', transform: { kind: 'constant', value: '{media}' } }],
    ['likes', 'like_count', decimal],
    ['createdAt', 'timestamp', instant],
  ],
} satisfies ModelDefinition
