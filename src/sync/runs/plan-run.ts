import { findConnection } from '../../connections/store.ts'
import { usableStatuses } from '../../connections/states.ts'
import type { Executor } from '../../db/database.ts'
import type { ErrorCode } from '../../errors.ts'
import { findProvider, type CatalogueParts } from '../../catalogue/find.ts'
import { canTellSince } from '../../calls/pages/model-pages.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import type { RunRow } from './run-row.ts'
import type { Sync } from '../sync-store.ts'

/**
 * Whatever a platform's feed tells, everything is read and compared this often: a list that moved as it was read for the
 * first time, or a change that was told late, would else be missed for ever.
 */
const fullPassEveryMs = 86_400_000

/** Why a connection's syncs cannot run; undefined when they can. */
export async function connectionProblem(trx: Executor, sync: Sync): Promise<ErrorCode | undefined> {
  const connection = await findConnection(trx, sync.workspaceId, sync.connectionId)
  const usable: readonly string[] = usableStatuses
  if (usable.includes(connection.status)) return undefined
  return connection.status === 'needs_reauth' ? 'TOKEN_EXPIRED' : 'CONNECTION_NOT_READY'
}

/** What a run is to read: everything, or what has changed; and whether it looks for what is gone. */
export async function planOf(
  hub: CatalogueParts,
  trx: Executor,
  sync: Sync,
  run: RunRow,
): Promise<{ full: boolean; compare: boolean; expected: number | null }> {
  const { models } = await findProvider(hub, sync.workspaceId, sync.provider, trx)
  const model: Partial<ModelDefinition> = models?.[sync.model] ?? {}
  const row = await trx
    .selectFrom('syncs')
    .select(eb => [
      'full_pass_at',
      'deletions_held',
      'feed_token',
      eb
        .exists(
          eb
            .selectFrom('record_links')
            .select('record_id')
            .where('workspace_id', '=', sync.workspaceId)
            .where('sync_id', '=', sync.id),
        )
        .as('has_links'),
    ])
    .where('workspace_id', '=', sync.workspaceId)
    .where('id', '=', sync.id)
    .executeTakeFirstOrThrow()
  const now = new Date()
  const until = { since: sync.changedSince, token: row.feed_token }
  const isTold = canTellSince(model, until, now)
  // What a list of dated things leaves out is not gone, and so it is not read to find that.
  if (model.kind === 'append') return { full: run.full || !isTold, compare: false, expected: null }
  const isDue = now.getTime() - (row.full_pass_at?.getTime() ?? 0) > fullPassEveryMs
  // What is held is looked at anew by each run, until it is allowed or there again.
  const full = run.full || isDue || row.deletions_held !== null || !isTold
  // Without links there is nothing that could have gone.
  const expected = full && sync.direction !== 'push' ? await lastPassOf(trx, sync) : null
  return { full, compare: full && row.has_links === true, expected }
}

/** A pass that somebody asks for is made as the first one was: a list that shows a part of each thing is not taken for all of it. */
export async function forgetPass(trx: Executor, { workspaceId, id }: Sync): Promise<void> {
  await trx
    .updateTable('syncs')
    .set({ full_pass_at: null })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute()
}

/** What the last pass over everything met, if one of the sync's latest runs was one. Relies on sync_runs_by_sync. */
async function lastPassOf(trx: Executor, { workspaceId, id }: Sync): Promise<number | null> {
  const latest = trx
    .selectFrom('sync_runs')
    .select(['id', 'full', 'status', 'pulled', 'resumed_cursor'])
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', id)
    .orderBy('id', 'desc')
    .limit(200)
  const row = await trx
    .selectFrom(latest.as('run'))
    .select('pulled')
    .where('full', '=', true)
    .where('status', '=', 'succeeded')
    .where('resumed_cursor', 'is', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.pulled ?? null
}
