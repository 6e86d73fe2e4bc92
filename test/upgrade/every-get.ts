import type { FastifyInstance } from 'fastify'
import { routesOf } from '../../src/http/routes.ts'
import type { Hub } from '../../src/hub.ts'
import { call } from '../support/hub.ts'

/** Where the ids of a route's parameter are: statements that give `workspace_id` and the parameters by name. */
const objects: Record<string, string> = {
  '': 'select id as workspace_id from workspaces',
  workspaceId: 'select id as workspace_id, id as "workspaceId" from workspaces',
  apiKeyId: 'select workspace_id, id as "apiKeyId" from api_keys',
  providerAppId: 'select workspace_id, id as "providerAppId" from provider_apps',
  connectionId: 'select workspace_id, id as "connectionId" from connections',
  'connectionId webhookAddressId':
    'select workspace_id, connection_id as "connectionId", id as "webhookAddressId" from webhook_addresses',
  'connectionId webhookSubscriptionId':
    'select workspace_id, connection_id as "connectionId", id as "webhookSubscriptionId" from webhook_subscriptions',
  attemptId: 'select workspace_id, id as "attemptId" from connect_attempts',
  provider: 'select distinct workspace_id, provider from connections',
  syncId: 'select workspace_id, id as "syncId" from syncs where deleted_at is null',
  'syncId runId': 'select workspace_id, sync_id as "syncId", id as "runId" from sync_runs',
  ruleId: 'select workspace_id, id as "ruleId" from rules',
  recordId: 'select workspace_id, id as "recordId" from records',
  inboundEventId: 'select workspace_id, id as "inboundEventId" from inbound_events',
  inboundSourceId: 'select workspace_id, id as "inboundSourceId" from inbound_sources',
  inboundReplayId: 'select workspace_id, id as "inboundReplayId" from inbound_replays',
  endpointId: 'select workspace_id, id as "endpointId" from endpoints',
  eventId: 'select workspace_id, id as "eventId" from events',
  type: 'select workspace_id, type from event_types',
  importId: 'select workspace_id, id as "importId" from connection_imports',
  replayId: 'select workspace_id, id as "replayId" from replays',
  deliveryId:
    'select workspace_id, id as "deliveryId" from deliveries union all select workspace_id, id from delivery_queue',
  id: `select workspace_id, id from connections union all select workspace_id, id from syncs
    union all select workspace_id, id from endpoints union all select workspace_id, id from events`,
}

/** What goes on until its object has ended is asked of those that have. */
const ended: Record<string, string> = {
  '/v1/syncs/:syncId/runs/:runId/events': `${objects['syncId runId']} where finished_at is not null`,
}

/** What a route needs besides; the token is left out, as reading it changes what is told of it. */
const queries: Record<string, string> = {
  '/v1/records': '?collection=customers&deleted=true',
  '/v1/records/changes': '?collection=customers',
  '/v1/records/export': '?collection=customers',
  '/v1/records/:recordId': '?deleted=true',
}
const leftOut = [
  '/v1/connections/:connectionId/token',
  '/v1/connections/:connectionId/credentials',
  '/v1/provider-apps/:providerAppId/offered-webhook-secret',
]

export interface GetAnswer {
  url: string
  status: number
  body?: unknown
}

/** Asks every GET route of the API for every object that is in the database, with the key of the object's workspace. */
export async function everyGet(hub: Hub, app: FastifyInstance, keys: Record<string, string>): Promise<GetAnswer[]> {
  const answers: GetAnswer[] = []
  for (const route of routesOf(hub)) {
    if (route.method !== 'GET' || leftOut.includes(route.url)) continue
    const names = [...route.url.matchAll(/:(\w+)/g)].map(match => match[1]!)
    const statement = ended[route.url] ?? objects[names.join(' ')]
    if (statement === undefined) throw new Error(`say where the objects of ${route.url} are`)
    const { rows } = await hub.pool.query<Record<string, string>>(statement)
    for (const row of rows) {
      const key = route.access === 'admin' ? hub.config.adminKey : keys[row['workspace_id']!]
      const path = route.url.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(row[name]!))
      const url = path + (queries[route.url] ?? '')
      const { status, body } = await call(app, key, 'GET', url)
      answers.push(status === 200 ? { url, status } : { url, status, body })
    }
  }
  return answers
}
