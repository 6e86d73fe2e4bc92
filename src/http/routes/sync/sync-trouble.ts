import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { listTrouble, resolveConflict } from '../../../sync/records/held-conflicts.ts'
import { resolveWrite } from '../../../sync/push/resolve-write.ts'
import type { Link } from '../../../sync/links/link-store.ts'
import { findSync } from '../../../sync/sync-store.ts'
import { jsonField } from '../../fields.ts'
import { page, pageAt, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { conflictSchema, rowErrorSchema, showConflict, showRowError } from './issue-schema.ts'

const tag = 'Syncs'
const url = '/v1/syncs/:syncId'
const params = z.strictObject({ syncId: z.string() })
const side = z.enum(['hub', 'provider'])

/** Conflicts and rows that failed, each by itself: `issues` lists them together. */
export function syncTroubleRoutes(hub: Hub): AnyRoute[] {
  return [
    listOf({
      state: 'conflict',
      path: 'conflicts',
      summary: 'List the conflicts that a sync holds',
      description: 'What both sides changed under the policy `manual`, and nobody has decided yet.',
      item: conflictSchema,
      show: showConflict,
    }),
    route({
      tag,
      method: 'POST',
      url: `${url}/conflicts/:recordId/resolve`,
      access: 'syncs:write',
      summary: 'Resolve a conflict',
      description:
        'Says which side counts: `use` for everything, `fields` for single fields, which may also get a value of their own. The record is changed at once, the platform by a run that is started.',
      params: params.extend({ recordId: z.string() }),
      body: z.strictObject({
        use: side.optional(),
        fields: z
          .record(z.string(), z.union([z.strictObject({ use: side }), z.strictObject({ value: jsonField })]))
          .optional(),
      }),
      status: 204,
      reply: z.void(),
      errors: ['SYNC_NOT_FOUND', 'RECORD_NOT_FOUND', 'CONFLICT'],
      handler: ({ params, body, caller }) =>
        resolveConflict(hub, caller.apiKeyId, caller.workspaceId, params.syncId, params.recordId, body),
    }),
    listOf({
      state: 'error',
      path: 'errors',
      summary: 'List what a sync could not take or write',
      description:
        'Single items and records; the others of their batch went through. They are tried again by later runs.',
      item: rowErrorSchema,
      show: showRowError,
    }),
    route({
      tag,
      method: 'POST',
      url: `${url}/errors/:recordId/resolve`,
      access: 'syncs:write',
      summary: 'Say what became of a write',
      description:
        'For a record that is listed with `WRITE_UNSURE` or `LINKED_ELSEWHERE`: nothing is written for it until a person has looked at the platform. A run that goes on with it is started.',
      params: params.extend({ recordId: z.string().meta({ description: 'The id of the record' }) }),
      body: z.strictObject({
        externalId: z.string().min(1).max(512).nullable().meta({
          description:
            'The id of the thing that the record stands for; null when the platform made nothing, and it is to be sent again',
        }),
      }),
      status: 204,
      reply: z.void(),
      errors: ['SYNC_NOT_FOUND', 'RECORD_NOT_FOUND', 'CONFLICT'],
      handler: ({ params, body, caller }) =>
        resolveWrite(hub, caller.apiKeyId, caller.workspaceId, params.syncId, params.recordId, body.externalId),
    }),
  ]

  /** A list of the rows of a sync that are in a state. */
  function listOf<Item extends z.ZodType>(list: {
    state: 'conflict' | 'error'
    path: string
    summary: string
    description: string
    item: Item
    show: (link: Link) => z.output<Item>
  }): AnyRoute {
    const { state, path, summary, description, item, show } = list
    return route({
      ...{ tag, method: 'GET', url: `${url}/${path}`, access: 'syncs:read', summary, description, params },
      query: pageQuery,
      reply: page(item),
      errors: ['SYNC_NOT_FOUND', 'INVALID_CURSOR'],
      async handler({ params: { syncId }, query: { cursor, limit }, caller: { workspaceId } }) {
        await findSync(hub.db, workspaceId, syncId)
        const after = positionAt(cursor, 'record')?.id
        const links = await listTrouble(hub.db, workspaceId, syncId, { state, after, limit: limit + 1 })
        return pageAt(links, limit, show, link => ({ id: link.record_id }))
      },
    })
  }
}
