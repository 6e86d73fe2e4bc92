import type { Thing, Tools } from '../../tools.ts'
import { GraphRefusal } from './insights.ts'

// https://developers.facebook.com/docs/graph-api/reference/page-post/comments

/** https://developers.facebook.com/docs/graph-api/reference/comment */
const known = [
  ...['id', 'attachment', 'can_comment', 'can_hide', 'can_like', 'can_remove', 'can_reply_privately', 'comment_count'],
  ...['created_time', 'from', 'is_hidden', 'is_private', 'like_count', 'message', 'message_tags', 'object', 'parent'],
  ...['permalink_url', 'private_reply_conversation', 'user_likes'],
]
const needed = ['pages_read_engagement', 'pages_read_user_content']
const usual = ['created_time', 'from', 'message']

interface Asked {
  post: string
  scope: string
  query: URLSearchParams
}

/**
 * Comments on a post of a page for who moderates it: `stream` has all of them with replies by their time, `toplevel` those on the post
 * itself, ranked whatever order is asked for.
 */
export function commentsOf(tools: Tools, { post, scope, query }: Asked): { data: Thing[]; always: string[] } {
  const missing = needed.find(name => !scope.split(' ').includes(name))
  if (missing !== undefined)
    throw new GraphRefusal(
      10,
      `(#10) This endpoint requires the '${missing}' permission or the 'Page Public Content Access' feature.`,
    )
  const fields = query.get('fields')?.split(',') ?? usual
  const unknown = fields.find(field => !known.includes(field))
  if (unknown !== undefined)
    throw new GraphRefusal(100, `(#100) Tried accessing nonexisting field (${unknown}) on node type (Comment)`)
  const filter = oneOf('filter', ['toplevel', 'stream'], query)
  const order = oneOf('order', ['chronological', 'reverse_chronological'], query)
  const all = tools.things
    .list('comments', post)
    .map((comment): Thing => ({ like_count: 0, comment_count: 0, ...comment }))
    .filter(comment => filter === 'stream' || comment['parent'] === undefined)
    .sort((one, other) => timeOf(one) - timeOf(other))
  if (filter === 'toplevel') all.sort((one, other) => Number(other['like_count']) - Number(one['like_count']))
  else if (order === 'reverse_chronological') all.reverse()
  return { data: all, always: query.has('fields') ? [] : usual }
}

const timeOf = (comment: Thing) => Date.parse(String(comment['created_time']))

/** What a parameter says, the first unless it does. */
function oneOf(name: string, values: string[], query: URLSearchParams): string {
  const value = query.get(name) ?? values[0]!
  if (!values.includes(value))
    throw new GraphRefusal(100, `(#100) param ${name} must be one of {${values.join(', ').toUpperCase()}}`)
  return value
}
