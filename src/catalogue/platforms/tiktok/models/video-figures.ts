import type { ModelDefinition } from '../../../schema/models.ts'
import { decimal, read } from '../../read-fields.ts'

/** Figures of a video are those of now, and any may move: each run reads all. */
export const videoFigures = {
  collection: 'metrics',
  kind: 'append',
  summary: "How the person's public videos did so far; it needs the scope video.list",
  docs: 'https://developers.tiktok.com/doc/tiktok-api-v2-video-list',
  id: 'id',
  list: {
    kind: 'cursor',
    path: '/video/list/',
    query: { fields: 'id,title,create_time,share_url,view_count,like_count,comment_count,share_count' },
    body: {},
    page: 20,
    param: 'cursor',
    limitParam: 'max_count',
    numeric: true,
    items: 'data.videos',
    next: { from: 'path', path: 'data.cursor' },
    end: { more: 'data.has_more' },
  },
  fields: [
    ['name', 'title', read],
    ['startsAt', 'create_time', { only: 'read', transform: { kind: 'instant', format: 'unix-seconds' } }],
    ['dimensions.post', 'id', read],
    ['figures.views', 'view_count', decimal],
    ['figures.likes', 'like_count', decimal],
    ['figures.comments', 'comment_count', decimal],
    ['figures.shares', 'share_count', decimal],
  ],
} satisfies ModelDefinition
