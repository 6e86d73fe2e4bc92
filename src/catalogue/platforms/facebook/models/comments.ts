import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, instant, read } from '../../read-fields.ts'

/**
 * All of a post's comments with their replies, the oldest first: `toplevel` ranks them where they can be ranked, and a ranking moves
 * while it is read. What is hidden from who asks is not listed, so what is no longer listed is not taken for gone.
 */
export const comments = {
  collection: 'comments',
  kind: 'append',
  summary: 'Comments on a post of the page, with replies; it needs the scope pages_read_user_content',
  docs: 'https://developers.facebook.com/docs/graph-api/reference/page-post/comments',
  asks: [
    {
      name: 'post',
      label: 'Post',
      help: "Its ID, as GET /{page-id}/posts tells it: the page's, an underscore, the post's own",
      pattern: '^[0-9]{5,25}_[0-9]{5,25}$',
    },
  ],
  id: 'id',
  list: {
    kind: 'address',
    path: '/{post}/comments',
    query: {
      fields: 'id,message,from,created_time,like_count,comment_count,parent',
      filter: 'stream',
      order: 'chronological',
    },
    page: 100,
    limitParam: 'limit',
    items: 'data',
    next: 'paging.next',
  },
  fields: [
    ['text', 'message', read],
    ['author', 'from.name', read],
    ['authorId', 'from.id', read],
    ['post', 'id', { only: 'read', transform: { kind: 'constant', value: '{post}' } }],
    ['replyTo', 'parent.id', read],
    ['likes', 'like_count', decimal],
    ['replies', 'comment_count', decimal],
    ['createdAt', 'created_time', instant],
  ],
} satisfies ModelDefinition
