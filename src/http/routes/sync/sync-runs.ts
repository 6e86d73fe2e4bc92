import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { listTrouble, resolveConflict } from '../../../sync/records/held-conflicts.ts'
import { openRunsOf } from '../../../sync/runs/open-runs.ts'
import { requestSyncRun } from '../../../sync/runs/request-run.ts'
import { resolveWrite } from '../../../sync/push/resolve-write.ts'
import { findRun, listRuns } from '../../../sync/runs/run-store.ts'
import type { RunRow } from '../../../sync/runs/run-row.ts'
import { findSync } from '../../../sync/sync-store.ts'
import { jsonField } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { conflictSchema, rowErrorSchema, runSchema, showConflict, showRowError, showRun } from './sync-schema.ts'

const tag = 'Syncs'
const url = '/v1/syncs/:syncId'
const params = z.strictObject({ syncId: z.string() })
const side = z.enum(['hub', 'provider'])

/** What syncs did, and what of it needs a person. */
export function syncRunRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'POST',
      url: `${url}/runs`,
      access: 'syncs:write',
      summary: 'Run a sync now',
      description:
        'Gives the run that will do it. While a run is under way, or waits to begin, further calls give the same waiting run.',
      params,
      body: z
        .strictObject({
          full: z
            .boolean()
            .default(false)
            .meta({ description: 'Read everything, although the platform could tell what has changed' }),
          allowDeletions: z
            .boolean()
            .default(false)
            .meta({ description: 'Let through as many deletions as the sync holds (`deletionsHeld`), and no more' }),
        })
        .default({ full: false, allowDeletions: false }),
      status: 202,
      reply: runSchema,
      idempotent: true,
      errors: ['SYNC_NOT_FOUND', 'SYNC_PAUSED', 'TOKEN_EXPIRED', 'CONFLICT'],
      async handler({ params, body: { full, allowDeletions }, caller: { workspaceId, apiKeyId: actor } }) {
        const options = { full, ...(allowDeletions ? { allowDeletions: { actor } } : {}) }
        const run = await requestSyncRun(hub, workspaceId, params.syncId, 'manual', options)
        return show(workspaceId, params.syncId, await findRun(hub.db, workspaceId, params.syncId, run!.runId))
      },
    }),
    route({
      tag,
      method: 'GET',
      url: `${url}/runs`,
      access: 'syncs:read',
      summary: 'List the runs of a sync',
      params,
      query: pageQuery,
      reply: page(runSchema),
      errors: ['SYNC_NOT_FOUND', 'INVALID_CURSOR'],
      async handler({ params, query: { cursor, limit }, caller }) {
        const sync = await findSync(hub.db, caller.workspaceId, params.syncId)
        const list = { after: positionAt(cursor, 'syncRun'), limit: limit + 1 }
        const runs = await listRuns(hub.db, caller.workspaceId, params.syncId, list)
        const open = (await openRunsOf(hub.db, [sync])).get(sync.id)
        return pageOf(runs, limit, run => showRun(run, sync, open))
      },
    }),
    route({
      tag,
      method: 'GET',
      url: `${url}/runs/:runId`,
      access: 'syncs:read',
      summary: 'Get a run of a sync',
      params: params.extend({ runId: z.string() }),
      reply: runSchema,
      errors: ['SYNC_NOT_FOUND', 'SYNC_RUN_NOT_FOUND'],
      async handler({ params, caller }) {
        await findSync(hub.db, caller.workspaceId, params.syncId)
        const run = await findRun(hub.db, caller.workspaceId, params.syncId, params.runId)
        return show(caller.workspaceId, params.syncId, run)
      },
    }),
    route({
      tag,
      method: 'GET',
      url: `${url}/conflicts`,
      access: 'syncs:read',
      summary: 'List the conflicts that a sync holds',
      description: 'What both sides changed under the policy `manual`, and nobody has decided yet.',
      params,
      query: pageQuery,
      reply: page(conflictSchema),
      errors: ['SYNC_NOT_FOUND', 'INVALID_CURSOR'],
      async handler({ params, query, caller }) {
        return trouble(caller.workspaceId, params.syncId, 'conflict', query, showConflict)
      },
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
    route({
      tag,
      method: 'GET',
      url: `${url}/errors`,
      access: 'syncs:read',
      summary: 'List what a sync could not take or write',
      description:
        'Single items and records; the others of their batch went through. They are tried again by later runs.',
      params,
      query: pageQuery,
      reply: page(rowErrorSchema),
      errors: ['SYNC_NOT_FOUND', 'INVALID_CURSOR'],
      async handler({ params, query, caller }) {
        return trouble(caller.workspaceId, params.syncId, 'error', query, showRowError)
      },
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

  async function show(workspaceId: string, syncId: string, run: RunRow) {
    const sync = await findSync(hub.db, workspaceId, syncId)
    return showRun(run, sync, (await openRunsOf(hub.db, [sync])).get(syncId))
  }

  async function trouble<Item>(
    workspaceId: string,
    syncId: string,
    state: 'conflict' | 'error',
    { cursor, limit }: z.output<typeof pageQuery>,
    show: (link: Awaited<ReturnType<typeof listTrouble>>[number]) => Item,
  ) {
    await findSync(hub.db, workspaceId, syncId)
    const after = positionAt(cursor, 'record')?.id
    const links = await listTrouble(hub.db, workspaceId, syncId, { state, after, limit: limit + 1 })
    return pageOf(
      links.map(link => ({ id: link.record_id, link })),
      limit,
      ({ link }) => show(link),
    )
  }
}
