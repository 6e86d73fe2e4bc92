import { type Exchange, sendJson } from '../../http.ts'
import type { Thing, Tools } from '../../tools.ts'
import * as api from '../google-api.ts'

// https://developers.google.com/workspace/calendar/api/v3/reference/events/list
// https://developers.google.com/workspace/calendar/api/guides/sync

const first: Thing = { id: 'e1', summary: 'Crossing', updated: '2026-01-01T00:00:00.000Z' }
/** With a sync token nothing else narrows the list. */
const besideNone = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
]

/** One event, or a list of them; what has been deleted is told to who shows a token. */
export function events(exchange: Exchange, tools: Tools, calendar: string, id: string | undefined): void {
  const { res, query } = exchange
  const all = eventsOf(tools, calendar)
  if (id !== undefined) {
    const found = all.find(event => event['id'] === id)
    if (!found) return api.refuse(exchange, 404, 'NOT_FOUND', 'notFound', 'Not Found')
    return sendJson(res, 200, found)
  }
  const token = query.get('syncToken')
  const size = Math.min(Number(query.get('maxResults') ?? 250), 2500)
  const isSingle = query.get('singleEvents') === 'true'
  if (query.get('orderBy') === 'startTime' && !isSingle)
    return api.refuse(exchange, 400, 'INVALID_ARGUMENT', 'badRequest', 'The requested ordering is not available.')
  if (token !== null && besideNone.some(name => query.has(name)))
    return api.refuse(
      exchange,
      400,
      'INVALID_ARGUMENT',
      'invalid',
      'Sync token cannot be used with the given parameters.',
    )
  const shown = token === null ? undefined : read(token)
  // One that is old, or was made for another list, is good for nothing.
  if (
    token !== null &&
    (shown?.calendar !== calendar || shown.isSingle !== isSingle || shown.at < expiredBefore(tools, calendar))
  )
    return api.refuse(
      exchange,
      410,
      'GONE',
      'fullSyncRequired',
      'Sync token is no longer valid, a full sync is required.',
    )
  const place = query.get('pageToken') === null ? undefined : read(query.get('pageToken')!)
  if (query.get('pageToken') !== null && place?.calendar !== calendar)
    return api.refuse(exchange, 400, 'INVALID_ARGUMENT', 'invalid', 'Invalid page token value.')
  const since = query.get('updatedMin')
  const listed = all.filter(event => {
    if (shown !== undefined) return Number(event['_at']) > shown.at
    if (since !== null) return String(event['updated']) >= since
    return event['status'] !== 'cancelled' || query.get('showDeleted') === 'true'
  })
  const from = place?.from ?? 0
  // A page may hold fewer than it was asked for, or none, with more to come.
  const to = from + (from === 0 && listed.length > size ? Math.max(1, size - 1) : size)
  const about = { calendar, isSingle, at: place?.at ?? Math.max(0, ...all.map(event => Number(event['_at']))) }
  const next =
    to < listed.length ? { nextPageToken: written({ ...about, from: to }) } : { nextSyncToken: written(about) }
  const items = listed.slice(from, to).map(event => tell(event, shown !== undefined))
  const etag = `"p${about.at}"`
  sendJson(res, 200, {
    kind: 'calendar#events',
    etag,
    summary: calendar,
    timeZone: 'UTC',
    accessRole: 'owner',
    items,
    ...next,
  })
}

interface Token {
  calendar: string
  isSingle: boolean
  /** Which change was the last. */
  at: number
  from?: number
}

const written = (token: Token) => Buffer.from(JSON.stringify(token)).toString('base64')

function read(token: string): Token | undefined {
  try {
    return JSON.parse(Buffer.from(token, 'base64').toString()) as Token
  } catch {
    return undefined
  }
}

/** Tokens of changes before this one are good no longer: a thing of the kind `expired` says so. */
function expiredBefore(tools: Tools, calendar: string): number {
  return Number(tools.things.get('expired', calendar, 'tokens')?.['before'] ?? 0)
}

/** `_at` numbers the changes: whoever puts an event says which change that is. */
function eventsOf(tools: Tools, calendar: string): Thing[] {
  const own = tools.things.list('events', calendar)
  return (own.length === 0 ? [first] : own).map(event => ({
    ...{ kind: 'calendar#event', etag: `"${Number(event['_at'] ?? 0)}"`, status: 'confirmed', _at: 0 },
    ...{ htmlLink: `https://www.google.com/calendar/event?eid=${String(event['id'])}`, eventType: 'default' },
    ...{ created: '2026-01-01T00:00:00.000Z', updated: '2026-01-01T00:00:00.000Z', sequence: 0 },
    ...{ organizer: { email: 'ada@causeway.example' }, reminders: { useDefault: true } },
    start: { dateTime: '2026-02-01T10:00:00+08:00', timeZone: 'Asia/Kuala_Lumpur' },
    end: { dateTime: '2026-02-01T11:00:00+08:00', timeZone: 'Asia/Kuala_Lumpur' },
    ...event,
  }))
}

/** What has been deleted may be told with no more than its id. */
function tell({ _at, ...event }: Thing, isChange: boolean): Thing {
  if (!isChange || event['status'] !== 'cancelled') return event
  return { kind: event['kind'], etag: event['etag'], id: event['id'], status: 'cancelled' }
}
