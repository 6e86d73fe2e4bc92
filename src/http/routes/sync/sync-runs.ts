import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { cancelRun } from '../../../sync/by-hand/cancel-run.ts'
import { rewindSync } from '../../../sync/by-hand/rewind.ts'
import { RunWatch, type SeenRun } from '../../../sync/progress/run-watch.ts'
import { openRunsOf } from '../../../sync/runs/open-runs.ts'
import { requestSyncRun } from '../../../sync/runs/request-run.ts'
import { findRun, listRuns } from '../../../sync/runs/run-store.ts'
import type { RunRow } from '../../../sync/runs/run-row.ts'
import { findSync } from '../../../sync/sync-store.ts'
import { writeJson } from '../../../json/json-text.ts'
import { instant } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { runSchema, showRun } from './run-schema.ts'

const tag = 'Syncs'
const url = '/v1/syncs/:syncId'
const params = z.strictObject({ syncId: z.string() })
const one = params.extend({ runId: z.string() })

/** What syncs do and did. */
export function syncRunRoutes(hub: Hub): AnyRoute[] {
  const watch = new RunWatch(hub)
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
        return pageOf(runs, limit, run => showRun(hub, run, sync, open))
      },
    }),
    route({
      tag,
      method: 'GET',
      url: `${url}/runs/:runId`,
      access: 'syncs:read',
      summary: 'Get a run of a sync',
      params: one,
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
      method: 'POST',
      url: `${url}/runs/:runId/cancel`,
      access: 'syncs:write',
      summary: 'Cancel a run',
      description:
        'It counts as cancelled at once, and whoever works on it stops within seconds. What it has taken and pushed stays; the next run goes on from there.',
      params: one,
      reply: runSchema,
      errors: ['SYNC_NOT_FOUND', 'SYNC_RUN_NOT_FOUND', 'CONFLICT'],
      async handler({ params: { syncId, runId }, caller: { workspaceId, apiKeyId } }) {
        await cancelRun(hub, apiKeyId, workspaceId, syncId, runId)
        return show(workspaceId, syncId, await findRun(hub.db, workspaceId, syncId, runId))
      },
    }),
    route({
      tag,
      method: 'GET',
      url: `${url}/runs/:runId/events`,
      access: 'syncs:read',
      summary: 'Follow a run',
      description:
        'Server-Sent Events: `run` with the run as it stands, at first and whenever that has changed, at most once a second; comments while nothing does. `end` is the last event, when the run is over. A connection is closed after 15 minutes: clients connect again, and begin with the run as it stands then.',
      params: one,
      reply: runSchema,
      errors: ['SYNC_NOT_FOUND', 'SYNC_RUN_NOT_FOUND', 'RATE_LIMITED'],
      handler: async ({ params, caller }) =>
        show(caller.workspaceId, params.syncId, await findRun(hub.db, caller.workspaceId, params.syncId, params.runId)),
      stream: {
        type: 'text/event-stream',
        async open({ params: { syncId, runId }, caller, ended }) {
          return eventsOf(await watch.follow(caller.workspaceId, syncId, runId, ended))
        },
      },
    }),
    route({
      tag,
      method: 'POST',
      url: `${url}/rewind`,
      access: 'syncs:write',
      summary: 'Rewind a sync',
      description:
        'What has changed at the platform since an instant is read again, by the run that this gives; where the platform cannot tell that any more, everything is. What is as the hub last saw it is not written again.',
      params,
      body: z.strictObject({ to: instant.meta({ description: 'From when on changes are read again' }) }),
      status: 202,
      reply: runSchema,
      errors: ['SYNC_NOT_FOUND', 'SYNC_PAUSED', 'TOKEN_EXPIRED'],
      async handler({ params: { syncId }, body, caller: { workspaceId, apiKeyId } }) {
        const { runId } = await rewindSync(hub, apiKeyId, workspaceId, syncId, new Date(body.to))
        return show(workspaceId, syncId, await findRun(hub.db, workspaceId, syncId, runId))
      },
    }),
  ]

  async function show(workspaceId: string, syncId: string, run: RunRow) {
    const sync = await findSync(hub.db, workspaceId, syncId)
    return showRun(hub, run, sync, (await openRunsOf(hub.db, [sync])).get(syncId))
  }

  /** https://html.spec.whatwg.org/multipage/server-sent-events.html */
  async function* eventsOf(seen: AsyncIterable<SeenRun | null>): AsyncGenerator<string> {
    yield 'retry: 2000\n\n'
    for await (const one of seen) {
      if (one === null) yield ': nothing new\n\n'
      else yield `event: run\ndata: ${writeJson(runSchema.parse(showRun(hub, one.run, one.sync, one.open)))}\n\n`
      if (one?.run.finished_at) yield 'event: end\ndata: {}\n\n'
    }
  }
}
