import { type Exchange, sendJson } from '../../http.ts'
import type { Granted, Thing, Tools } from '../../tools.ts'
import * as api from '../google-api.ts'

// https://developers.google.com/youtube/v3/docs/commentThreads/list

const filters = ['allThreadsRelatedToChannelId', 'id', 'videoId']

/** Comments on a channel's videos, or its threads by their ids: the newest first, with tokens for pages. */
export function answerThreads(exchange: Exchange, tools: Tools, { account }: Granted): void {
  const { res, query } = exchange
  const bad = (reason: string, message: string) => api.refuse(exchange, 400, 'INVALID_ARGUMENT', reason, message)
  const parts = query.getAll('part').join(',').split(',').filter(Boolean)
  if (parts.length === 0) return bad('missingRequiredParameter', 'Missing: part')
  if (filters.filter(name => query.has(name)).length !== 1)
    return bad('invalidFilters', 'Exactly one filter must be given')
  const format = query.get('textFormat') ?? 'html'
  if (!['html', 'plainText'].includes(format)) return bad('invalidParameter', 'textFormat is none of its values')
  const ids = query.get('id')?.split(',')
  if (ids) {
    if (['maxResults', 'order', 'pageToken'].some(name => query.has(name)))
      return bad('operationNotSupported', 'A parameter is not supported in conjunction with id')
    return answer(ids.map(id => tools.things.get('threads', account, id)).filter(thread => thread !== undefined))
  }
  const [most, from] = [Number(query.get('maxResults') ?? 20), placeOf(query.get('pageToken'))]
  if (!Number.isInteger(most) || most < 1 || most > 100) return bad('invalidParameter', 'maxResults is not of 1 to 100')
  if (!['time', 'relevance'].includes(query.get('order') ?? 'time'))
    return bad('invalidParameter', 'order is not known')
  if (from === undefined) return bad('processingFailure', 'The page token is not valid')
  const channel = query.get('allThreadsRelatedToChannelId')
  if (channel !== null && !/^UC[\w-]+$/.test(channel))
    return api.refuse(exchange, 404, 'NOT_FOUND', 'channelNotFound', 'The channel could not be found.')
  const kept = tools.things
    .list('threads', channel ?? account)
    .filter(({ videoId }) => channel !== null || videoId === query.get('videoId'))
    .sort((one, other) => String(other['publishedAt']).localeCompare(String(one['publishedAt'])))
  answer(
    kept.slice(from, from + most),
    from + most < kept.length ? { nextPageToken: `${tokenHead}${from + most}` } : {},
  )

  function answer(threads: Thing[], more: object = {}): void {
    const pageInfo = { totalResults: threads.length, resultsPerPage: threads.length }
    const items = threads.map(thread => threadOf(thread, parts, format))
    sendJson(res, 200, { kind: 'youtube#commentThreadListResponse', etag: 'e', ...more, pageInfo, items })
  }
}

const tokenHead = 'QURTSl9'

/** Where a page begins; undefined for a token that was not given out. */
function placeOf(token: string | null): number | undefined {
  if (token === null) return 0
  return /^QURTSl9\d+$/.test(token) ? Number(token.slice(tokenHead.length)) : undefined
}

/** https://developers.google.com/youtube/v3/docs/commentThreads: a thread with the comment at its top. */
function threadOf(thread: Thing, parts: string[], format: string): object {
  const { id, videoId, textOriginal, totalReplyCount = 0, ...comment } = thread
  const text = String(textOriginal)
  const textDisplay = format === 'html' ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;') : text
  const topLevelComment = {
    ...{ kind: 'youtube#comment', etag: 'e', id },
    snippet: {
      ...{ videoId, textDisplay, authorChannelId: { value: 'UCauthor' }, canRate: true, viewerRating: 'none' },
      ...comment,
    },
  }
  const snippet = { videoId, topLevelComment, canReply: true, totalReplyCount, isPublic: true }
  return { kind: 'youtube#commentThread', etag: 'e', id, ...(parts.includes('snippet') ? { snippet } : {}) }
}
