import type { ModelDefinition } from '../../../schema/models.ts'
import { date, instant, read } from '../../read-fields.ts'

/** A series is one event, as it was made: what the token is good for must not change between two runs. */
export const events = {
  collection: 'events',
  summary: 'Events of a calendar; a series is one',
  docs: 'https://developers.google.com/workspace/calendar/api/guides/sync',
  asks: [
    {
      name: 'calendar',
      label: 'Calendar',
      help: 'Its ID, as its settings show it; primary is the own one',
      pattern: '^[A-Za-z0-9._%+#@-]{1,200}$',
      default: 'primary',
    },
  ],
  id: 'id',
  updatedAt: { path: 'updated', format: 'iso' },
  gone: [{ path: 'status', equals: 'cancelled' }],
  list: {
    kind: 'cursor',
    path: '/calendar/v3/calendars/{calendar}/events',
    page: 250,
    param: 'pageToken',
    limitParam: 'maxResults',
    items: 'items',
    next: { from: 'path', path: 'nextPageToken' },
    end: 'no-cursor',
  },
  changedSince: { kind: 'token', param: 'syncToken', token: 'nextSyncToken', expired: [410], deletions: true },
  read: { path: '/calendar/v3/calendars/{calendar}/events/{id}' },
  fields: [
    ['title', 'summary', read],
    ['description', 'description', read],
    ['startsAt', 'start.dateTime', instant],
    ['endsAt', 'end.dateTime', instant],
    ['startsOn', 'start.date', date],
    ['endsOn', 'end.date', date],
    ['timeZone', 'start.timeZone', read],
    ['location', 'location', read],
    ['status', 'status', read],
    ['organizer', 'organizer.email', read],
    [
      'attendees',
      'attendees',
      {
        only: 'read',
        each: [
          ['email', 'email'],
          ['status', 'responseStatus'],
        ],
      },
    ],
    ['url', 'htmlLink', read],
  ],
} satisfies ModelDefinition
