import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { listAmbiguous, resolveMatch, type AmbiguousItem } from '../../../sync/matching/resolve-match.ts'
import { findSync } from '../../../sync/sync-store.ts'
import { idField, instant } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const tag = 'Syncs'
const url = '/v1/syncs/:syncId/matches'
const params = z.strictObject({ syncId: z.string() })
const data = z.record(z.string(), z.unknown())

const ambiguousSchema = z
  .strictObject({
    id: idField('record').meta({ description: 'What it is resolved by, and the id of the record where that is new' }),
    externalId: z.string(),
    data: data.meta({ description: 'Its mapped fields' }),
    candidates: z
      .array(z.strictObject({ recordId: idField('record'), data }))
      .meta({ description: 'The records that have its key, and are no other thing of the platform; at most 20' }),
    since: instant,
  })
  .meta({ id: 'SyncAmbiguousMatch' })

/** Things of a platform that may be one of several records. */
export function syncMatchRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'GET',
      url,
      access: 'syncs:read',
      summary: 'List things that may be one of several records',
      description:
        'More than one record has the key of such a thing (`AMBIGUOUS_MATCH`). No record is made of it until a person says which one it is, or the others have another key.',
      params,
      query: pageQuery,
      reply: page(ambiguousSchema),
      errors: ['SYNC_NOT_FOUND', 'INVALID_CURSOR'],
      async handler({ params, query: { cursor, limit }, caller: { workspaceId } }) {
        const sync = await findSync(hub.db, workspaceId, params.syncId)
        const after = positionAt(cursor, 'record')?.id
        const items = await listAmbiguous(hub, sync, { after, limit: limit + 1 })
        return pageOf(
          items.map(item => ({ id: item.link.record_id, item })),
          limit,
          ({ item }) => show(item),
        )
      },
    }),
    route({
      tag,
      method: 'POST',
      url: `${url}/:id/resolve`,
      access: 'syncs:write',
      summary: 'Say which record a thing is',
      description:
        'It joins the record, whose fields are merged by the conflict policy, or becomes a record of its own. A run is started that tells the platform what it lacks.',
      params: params.extend({ id: z.string() }),
      body: z.strictObject({
        recordId: z.string().nullable().meta({ description: 'The record that it is; null: a new one is made of it' }),
      }),
      status: 204,
      reply: z.void(),
      errors: ['SYNC_NOT_FOUND', 'RECORD_NOT_FOUND', 'CONFLICT'],
      handler: ({ params, body, caller }) =>
        resolveMatch(hub, caller.apiKeyId, caller.workspaceId, params.syncId, params.id, body.recordId),
    }),
  ]
}

function show({ link, candidates }: AmbiguousItem): z.output<typeof ambiguousSchema> {
  return {
    id: link.record_id,
    externalId: link.external_id!,
    data: link.base ?? {},
    candidates: candidates.map(({ id, data }) => ({ recordId: id, data })),
    since: link.updated_at.toISOString(),
  }
}
