import type { Thing, Tools } from '../../tools.ts'

// https://docs.x.com/x-api/users/get-posts

/** A page of a person's posts, the newest first; a text is what is wrong with what was asked. */
export function postsOf(tools: Tools, account: string, query: URLSearchParams): object | string {
  const size = Number(query.get('max_results') ?? 10)
  if (!(size >= 5 && size <= 100)) return 'The `max_results` query parameter value is not between 5 and 100'
  const [start, end] = [query.get('start_time'), query.get('end_time')]
  if ([start, end].some(time => time !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(time)))
    return 'start_time and end_time must be of the form YYYY-MM-DDTHH:mm:ssZ'
  if (end !== null && Date.parse(end) > Date.now() - 10_000)
    return "'end_time' must be a minimum of 10 seconds prior to the request time"
  const token = query.get('pagination_token')
  const from = token === null ? 0 : Number(Buffer.from(token, 'hex').toString())
  if (!Number.isInteger(from)) return 'The `pagination_token` query parameter value is not valid'
  const wanted = ['id', 'text', 'edit_history_tweet_ids', ...(query.get('tweet.fields') ?? '').split(',')]
  const found = tools.things
    .list('post', account)
    .map(shown)
    .filter(post => start === null || String(post['created_at']) >= start.slice(0, 19))
    .sort((one, other) => String(other['created_at']).localeCompare(String(one['created_at'])))
  const data = found
    .slice(from, from + size)
    .map(post => Object.fromEntries(Object.entries(post).filter(([name]) => wanted.includes(name))))
  const next = from + size < found.length ? { next_token: Buffer.from(String(from + size)).toString('hex') } : {}
  // Without posts there is no list.
  return { ...(data.length === 0 ? {} : { data }), meta: { result_count: data.length, ...next } }
}

function shown(post: Thing): Thing {
  const none = {
    retweet_count: 0,
    reply_count: 0,
    like_count: 0,
    quote_count: 0,
    impression_count: 0,
    bookmark_count: 0,
  }
  const { public_metrics, ...rest } = post
  return {
    ...{ created_at: new Date().toISOString(), edit_history_tweet_ids: [post['id']] },
    ...{ public_metrics: { ...none, ...(public_metrics as Thing) } },
    ...rest,
  }
}
