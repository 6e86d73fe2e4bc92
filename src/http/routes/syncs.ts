import { z } from 'zod'
import type { Hub } from '../../hub.ts'
import { changeSync, createSync, deleteSync, pauseSync, resumeSync } from '../../sync/manage.ts'
import { findSync, listSyncs } from '../../sync/sync-store.ts'
import { page, pageOf, pageQuery, positionAt } from '../pagination.ts'
import { route, type AnyRoute } from '../route.ts'
import {
  collectionField,
  conflictPolicyField,
  directionField,
  scheduleField,
  showSync,
  syncSchema,
} from './sync-schema.ts'

const tag = 'Syncs'
const url = '/v1/syncs'
const params = z.strictObject({ syncId: z.string() })
const changeable = {
  direction: directionField,
  conflictPolicy: conflictPolicyField,
  schedule: scheduleField.nullable().meta({ description: 'Null: the sync runs when it is asked to' }),
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
        'Joins one model of a connection to a collection of records. It runs by its schedule and when it is asked to; two syncs on one collection join two platforms.',
      body: z.strictObject({
        connectionId: z.string(),
        model: z.string().meta({ examples: ['customers'] }),
        collection: collectionField.optional().meta({ description: "The model's own unless given" }),
        direction: changeable.direction.default('pull'),
        conflictPolicy: changeable.conflictPolicy.default('newest'),
        schedule: changeable.schedule.default(null),
      }),
      status: 201,
      reply: syncSchema,
      idempotent: true,
      errors: ['CONNECTION_NOT_FOUND', 'CONNECTION_NOT_READY', 'INVALID_MODEL', 'CONFLICT'],
      handler: async ({ body, caller }) => showSync(await createSync(hub, caller.apiKeyId, caller.workspaceId, body)),
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'syncs:read',
      summary: 'List syncs',
      query: pageQuery.extend({ connectionId: z.string().optional(), collection: z.string().optional() }),
      reply: page(syncSchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { cursor, limit, ...filter }, caller }) {
        const list = { ...filter, after: positionAt(cursor, 'sync'), limit: limit + 1 }
        return pageOf(await listSyncs(hub.db, caller.workspaceId, list), limit, showSync)
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
      handler: async ({ params, caller }) => showSync(await findSync(hub.db, caller.workspaceId, params.syncId)),
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
        showSync(await changeSync(hub, caller.apiKeyId, caller.workspaceId, params.syncId, body)),
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
        showSync(await pauseSync(hub, caller.apiKeyId, caller.workspaceId, params.syncId)),
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
        showSync(await resumeSync(hub, caller.apiKeyId, caller.workspaceId, params.syncId)),
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
}
