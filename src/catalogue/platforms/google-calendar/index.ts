import type { ProviderDefinition } from '../../schema/definition.ts'
import * as google from '../google.ts'
import { events } from './models/events.ts'
import { webhooks } from './webhooks.ts'

const scope = 'https://www.googleapis.com/auth/calendar'

export const googleCalendar = {
  id: 'google-calendar',
  name: 'Google Calendar',
  docs: 'https://developers.google.com/workspace/calendar/api/guides/overview',
  category: 'productivity',
  capabilities: ['calendar', 'meetings', 'notifications'],
  links: {
    app: 'https://console.cloud.google.com/auth/clients',
    guide: 'https://developers.google.com/identity/protocols/oauth2/web-server',
    status: 'https://www.google.com/appsstatus/dashboard/',
  },
  environments: { production: { api: 'https://www.googleapis.com', accounts: google.accounts } },
  auth: [
    { ...google.oauth, defaultScopes: [`${scope}.events`, `${scope}.calendarlist.readonly`] },
    { ...google.serviceAccount, defaultScopes: [scope] },
    { ...google.delegated, defaultScopes: [scope] },
  ],
  // https://developers.google.com/workspace/calendar/api/auth
  scopes: {
    ...google.identityScopes,
    [scope]: 'See, change, share and delete all calendars',
    [`${scope}.readonly`]: 'See all calendars and their events',
    [`${scope}.events`]: 'See and change the events of all calendars',
    [`${scope}.events.readonly`]: 'See the events of all calendars',
    [`${scope}.events.owned`]: 'See and change the events of calendars that the person owns',
    [`${scope}.calendarlist`]: 'See and change the list of calendars',
    [`${scope}.calendarlist.readonly`]: 'See the list of calendars',
    [`${scope}.calendars`]: 'See and change what calendars are called, and make new ones',
    [`${scope}.app.created`]: 'Make calendars, and manage the events of those only',
    [`${scope}.freebusy`]: 'See when the person is free or busy',
    [`${scope}.acls`]: 'See and change with whom calendars are shared',
    [`${scope}.settings.readonly`]: 'See the settings of the calendar',
  },
  identity: google.identity,
  calls: { errors: google.errors },
  // 600 a minute for each person and project: https://developers.google.com/workspace/calendar/api/guides/quota
  limits: [{ kind: 'calls-per-window', per: 'connection', permits: 600, window: '1m' }],
  models: { events },
  webhooks,
} satisfies ProviderDefinition
