import { sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import * as api from '../google-api.ts'
import * as google from '../google.ts'
import { stop, watch } from './channels.ts'
import { events as answerAboutEvents } from './events.ts'
import { webhooks } from './webhooks.ts'

const scope = 'https://www.googleapis.com/auth/calendar'
const all = [scope, `${scope}.readonly`]
const events = [...all, `${scope}.events`, `${scope}.events.readonly`, `${scope}.events.owned`]
const lists = [...all, `${scope}.calendarlist`, `${scope}.calendarlist.readonly`]
const others = ['calendars', 'app.created', 'freebusy', 'acls', 'settings.readonly'].map(name => `${scope}.${name}`)

/** https://developers.google.com/workspace/calendar/api/v3/reference */
export const googleCalendar: SandboxPlatform = {
  id: 'google-calendar',
  hosts: [...google.hosts, 'www.googleapis.com'],
  oauth: google.oauthOf('Google Calendar', [...new Set([...events, ...lists, ...others])]),
  apps: [google.google],
  keys: google.keys,
  people: {
    oauth: { externalAccountId: Object.keys(google.people)[0]! },
    'service-account': google.robot,
    delegated: google.delegate,
  },
  refusal: api.refusal,
  async answer(exchange, tools) {
    if (await api.answerCommon(exchange, tools)) return
    const { req, res, path } = exchange
    const watched = /^\/calendar\/v3\/calendars\/([^/]+)\/events\/watch$/.exec(path)?.[1]
    const isStop = path === '/calendar/v3/channels/stop'
    if (req.method === 'POST' && (watched !== undefined || isStop)) {
      const granted = api.permitted(exchange, tools, events)
      if (!granted) return
      return isStop ? stop(exchange, tools, granted) : watch(exchange, tools, granted, decodeURIComponent(watched!))
    }
    const [, calendar, id] = /^\/calendar\/v3\/calendars\/([^/]+)\/events(?:\/([^/]+))?$/.exec(path) ?? []
    const isList = path === '/calendar/v3/users/me/calendarList'
    if (req.method !== 'GET' || !(isList || calendar))
      return api.refuse(exchange, 404, 'NOT_FOUND', 'notFound', 'Not Found')
    const granted = api.permitted(exchange, tools, isList ? lists : events)
    if (!granted) return
    const address = google.people[granted.account] ?? 'robot'
    if (isList) {
      const items = [{ kind: 'calendar#calendarListEntry', id: address, summary: address, primary: true }]
      return sendJson(res, 200, { kind: 'calendar#calendarList', items })
    }
    if (!['primary', address].includes(decodeURIComponent(calendar!)))
      return api.refuse(exchange, 404, 'NOT_FOUND', 'notFound', 'Not Found')
    answerAboutEvents(exchange, tools, address, id && decodeURIComponent(id))
  },
  webhooks,
}
