import { z } from 'zod'
import { listConnections } from '../../../connections/store.ts'
import type { Hub } from '../../../hub.ts'
import { changeSync, createSync, deleteSync, pauseSync, resumeSync } from '../../../sync/manage.ts'
import { findSync, listSyncs, type Sync } from '../../../sync/sync-store.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import {
  collectionField,
  configField,
  conflictPolicyField,
  directionField,
  endStates,
  mappingField,
  matchField,
  pollingField,
  scheduleField,
  showSyncs,
  syncSchema,
} from './sync-schema.ts'

const tag = 'Syncs'
const url = '/v1/syncs'
/** The newest connections to an account that its syncs are looked for by. */
const mostConnections = 1_000
const params = z.strictObject({ syncId: z.string() })
const changeable = {
  direction: directionField,
  conflictPolicy: conflictPolicyField,
  match: matchField,
  schedule: scheduleField.nullable().meta({
    description: 'Null: the sync runs when it is asked to, and when webhooks tell of its model',
  }),
  mapping: mappingField,
  polling: pollingField,
}

/** Syncs: one model of a connection joined to one collection. */
export function syncRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'syncs:write',
      summary: 'Create a sync',
      description:
        'Joins one model of a connection to a collection of records. It runs by its schedule and when it is asked to; two syncs on one collection join two platforms. A model that asks for a repository, a form or the like is given it in `config`, and a connection may have a sync for each.',
      body: z.strictObject({
        connectionId: z.string(),
        model: z.string().meta({ examples: ['customers'] }),
        collection: collectionField.optional().meta({ description: "The model's own unless given" }),
        config: configField.default({}),
        direction: changeable.direction.default('pull'),
        conflictPolicy: changeable.conflictPolicy.default('newest'),
        match: changeable.match.default(null),
        schedule: changeable.schedule.default(null),
        mapping: changeable.mapping.default([]),
        polling: changeable.polling.default(true),
      }),
      status: 201,
      reply: syncSchema,
      idempotent: true,
      errors: ['CONNECTION_NOT_FOUND', 'CONNECTION_NOT_READY', 'INVALID_MODEL', 'CONFLICT'],
      handler: async ({ body, caller }) => show(await createSync(hub, caller.apiKeyId, caller.workspaceId, body)),
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'syncs:read',
      summary: 'List syncs',
      description:
        'Each with its last run, the run that is open, and when the next is due: why a customer’s data is not there is one call.',
      query: pageQuery.extend({
        connectionId: z.string().optional(),
        externalAccountId: z.string().optional().meta({
          description: "Only those of connections to this account, by the provider's id of it",
        }),
        collection: z.string().optional(),
        lastRunStatus: z.enum(endStates).optional().meta({ description: 'Only those whose last run ended so' }),
      }),
      reply: page(syncSchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { cursor, limit, ...filter }, caller: { workspaceId } }) {
        const { collection, lastRunStatus } = filter
        const connectionIds = await connectionsOf(workspaceId, filter)
        const list = { connectionIds, collection, lastRunStatus, after: positionAt(cursor, 'sync'), limit: limit + 1 }
        const syncs = await listSyncs(hub.db, workspaceId, list)
        return pageOf(syncs, limit, await showSyncs(hub, syncs))
      },
    }),
    route({
      tag,
      method: 'GET',
      url: `${url}/:syncId`,
      access: 'syncs:read',
      summary: 'Get a sync',
      params,
      reply: syncSchema,
      errors: ['SYNC_NOT_FOUND'],
      handler: async ({ params, caller }) => show(await findSync(hub.db, caller.workspaceId, params.syncId)),
    }),
    route({
      tag,
      method: 'PATCH',
      url: `${url}/:syncId`,
      access: 'syncs:write',
      summary: 'Change a sync',
      description: 'What is left out stays as it is. What was pulled and pushed stays.',
      params,
      body: z.strictObject(changeable).partial(),
      reply: syncSchema,
      errors: ['SYNC_NOT_FOUND'],
      handler: async ({ params, body, caller }) =>
        show(await changeSync(hub, caller.apiKeyId, caller.workspaceId, params.syncId, body)),
    }),
    route({
      tag,
      method: 'POST',
      url: `${url}/:syncId/pause`,
      access: 'syncs:write',
      summary: 'Pause a sync',
      description: 'No run begins, and one that is under way stops at its next commit.',
      params,
      reply: syncSchema,
      errors: ['SYNC_NOT_FOUND'],
      handler: async ({ params, caller }) =>
        show(await pauseSync(hub, caller.apiKeyId, caller.workspaceId, params.syncId)),
    }),
    route({
      tag,
      method: 'POST',
      url: `${url}/:syncId/resume`,
      access: 'syncs:write',
      summary: 'Resume a sync',
      params,
      reply: syncSchema,
      errors: ['SYNC_NOT_FOUND', 'CONNECTION_NOT_READY', 'TOKEN_EXPIRED'],
      handler: async ({ params, caller }) =>
        show(await resumeSync(hub, caller.apiKeyId, caller.workspaceId, params.syncId)),
    }),
    route({
      tag,
      method: 'DELETE',
      url: `${url}/:syncId`,
      access: 'syncs:write',
      summary: 'Delete a sync',
      description: 'Its records stay; what it knew of the platform’s things is forgotten.',
      params,
      status: 204,
      reply: z.void(),
      errors: ['SYNC_NOT_FOUND'],
      handler: ({ params, caller }) => deleteSync(hub, caller.apiKeyId, caller.workspaceId, params.syncId),
    }),
  ]
  async function show(sync: Sync) {
    return (await showSyncs(hub, [sync]))(sync)
  }

  /** The connections that a list is limited to; undefined when it is not. */
  async function connectionsOf(
    workspaceId: string,
    { connectionId, externalAccountId }: { connectionId?: string | undefined; externalAccountId?: string | undefined },
  ): Promise<string[] | undefined> {
    if (externalAccountId === undefined) return connectionId === undefined ? undefined : [connectionId]
    const connections = await listConnections(hub.db, workspaceId, { externalAccountId, limit: mostConnections })
    const ids = connections.map(connection => connection.id)
    return connectionId === undefined ? ids : ids.filter(id => id === connectionId)
  }
}
