import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, instant, read } from '../../read-fields.ts'

const path = '/youtube/v3/commentThreads'
const said = { part: 'snippet', textFormat: 'plainText' }
const comment = 'snippet.topLevelComment.snippet'

/** Those that await a moderator are not listed, and of replies how many there are. Its text is HTML unless plain text is asked for. */
export const comments = {
  collection: 'comments',
  summary: "Comments on a channel's videos, without replies; it needs the scope youtube.force-ssl",
  docs: 'https://developers.google.com/youtube/v3/docs/commentThreads/list',
  asks: [
    {
      name: 'channel',
      label: 'Channel',
      help: 'Its ID: YouTube, Settings, Advanced settings',
      pattern: '^UC[A-Za-z0-9_-]{20,30}$',
    },
  ],
  id: 'id',
  updatedAt: { path: `${comment}.updatedAt`, format: 'iso' },
  list: {
    kind: 'cursor',
    path,
    query: { ...said, allThreadsRelatedToChannelId: '{channel}', order: 'time' },
    page: 100,
    param: 'pageToken',
    limitParam: 'maxResults',
    items: 'items',
    next: { from: 'path', path: 'nextPageToken' },
    end: 'no-cursor',
  },
  read: { path, query: { ...said, id: '{id}' }, item: 'items.0', absent: 'missing' },
  fields: [
    ['text', `${comment}.textDisplay`, read],
    ['author', `${comment}.authorDisplayName`, read],
    ['authorId', `${comment}.authorChannelId.value`, read],
    ['post', 'snippet.videoId', read],
    ['likes', `${comment}.likeCount`, decimal],
    ['replies', 'snippet.totalReplyCount', decimal],
    ['createdAt', `${comment}.publishedAt`, instant],
    ['updatedAt', `${comment}.updatedAt`, instant],
  ],
} satisfies ModelDefinition
