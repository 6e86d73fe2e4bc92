import type { Tools } from '../../tools.ts'

// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments

const known = ['id', 'text', 'from', 'username', 'timestamp', 'like_count', 'hidden', 'media', 'parent_id', 'replies']

interface Asked {
  path: string
  query: URLSearchParams
  token: string
}

/** Comments on a post, without replies: the newest first, 50 on a page at most; a text is what is wrong with what was asked. */
export function commentsOf(tools: Tools, media: string, { path, query, token }: Asked): object | string {
  const fields = (query.get('fields') ?? 'id,text,timestamp').split(',')
  const unknown = fields.find(field => !known.includes(field))
  if (unknown !== undefined) return `(#100) Tried accessing nonexisting field (${unknown})`
  const limit = Math.min(Number(query.get('limit') ?? 25), 50)
  const from = Number(query.get('after') ?? 0)
  if (!(limit >= 1) || !(from >= 0)) return '(#100) limit or after is not right'
  const comments = tools.things
    .list('comments', media)
    .sort((one, other) => String(other['timestamp']).localeCompare(String(one['timestamp'])))
    .map(comment => ({ username: (comment['from'] as { username: string }).username, like_count: 0, ...comment }))
  const data = comments
    .slice(from, from + limit)
    .map(comment => Object.fromEntries(Object.entries(comment).filter(([name]) => ['id', ...fields].includes(name))))
  if (from + limit >= comments.length) return { data, paging: { cursors: {} } }
  const after = String(from + limit)
  const next = new URLSearchParams({ ...Object.fromEntries(query), access_token: token, after })
  return { data, paging: { cursors: { after }, next: `https://graph.instagram.com${path}?${next.toString()}` } }
}
