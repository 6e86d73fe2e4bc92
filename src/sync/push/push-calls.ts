import { sql } from 'kysely'
import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import type { RunHold } from '../runs/run-hold.ts'

/** One call to the platform, with its writes in the order in which they are sent each time. */
export interface PushCall {
  key: string
  items: PushItem[]
}

/** Notes what is about to be sent and with which key: after a crash the very same is sent again. */
export async function noteCalls(
  db: Executor,
  { workspaceId, sync }: RunHold,
  calls: readonly PushCall[],
): Promise<void> {
  if (calls.length === 0) return
  await sql`
    with calls as (
      insert into push_calls (workspace_id, sync_id, key, items)
      select ${workspaceId}, ${sync.id}, i.key, i.items
      from json_to_recordset(${JSON.stringify(calls)}::json) as i(key text, items json)
      on conflict (sync_id, key) do update set items = excluded.items
      returning key, items
    )
    insert into record_links as l (workspace_id, sync_id, record_id, push_key)
    select ${workspaceId}, ${sync.id}, item ->> 'recordId', key from calls, json_array_elements(items) as item
    on conflict (sync_id, record_id) do update set push_key = excluded.push_key
    where l.workspace_id = ${workspaceId}`.execute(db)
}

/** The calls whose answers are not recorded yet, since an earlier run or attempt broke off; the first comes first. */
export async function pendingCalls(
  db: Executor,
  { workspaceId, sync }: RunHold,
): Promise<(PushCall & { sentAt: Date | null })[]> {
  const rows = await db
    .selectFrom('push_calls')
    .select(['key', 'items', 'sent_at'])
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', sync.id)
    .orderBy('noted_at')
    .orderBy('key')
    .execute()
  return rows.map(({ key, items, sent_at: sentAt }) => ({ key, items, sentAt }))
}

/** Says that a call is being sent; gives whether it is for the first time. */
export async function noteSending(db: Executor, { workspaceId, sync }: RunHold, key: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('push_calls')
    .set({ sent_at: sql<Date>`now()` })
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', sync.id)
    .where('key', '=', key)
    .where('sent_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Says that a call has changed nothing at the platform after all. */
export async function noteUnsent(db: Executor, { workspaceId, sync }: RunHold, key: string): Promise<void> {
  await db
    .updateTable('push_calls')
    .set({ sent_at: null })
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', sync.id)
    .where('key', '=', key)
    .execute()
}

/**
 * The records of a call that are still under way by it, and whether this run has left it to the next. Relies on
 * record_links_under_way.
 */
export async function underWay(
  db: Executor,
  { workspaceId, sync, run }: RunHold,
  key: string,
): Promise<{ open: Set<string>; isLeft: boolean }> {
  const rows = await db
    .selectFrom('record_links')
    .select(['record_id', 'state', 'updated_at'])
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', averageOwner(sync.id))
    .where('push_key', '=', key)
    .execute()
  const since = run.started_at
  const isLeft = since !== null && rows.some(row => row.state === 'error' && row.updated_at > since)
  return { open: new Set(rows.map(row => row.record_id)), isLeft }
}

/** Forgets a call of which nothing is under way any more. */
export async function forgetCall(db: Executor, { workspaceId, sync }: RunHold, key: string): Promise<void> {
  await db
    .deleteFrom('push_calls')
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', sync.id)
    .where('key', '=', key)
    .where(eb =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('record_links')
            .select('record_id')
            .where('workspace_id', '=', workspaceId)
            .where('sync_id', '=', averageOwner(sync.id))
            .where('push_key', '=', key),
        ),
      ),
    )
    .execute()
}

/** Marks a call's links as failing now; it stays noted, so that the next run sends the very same again. */
export async function notePendingFailure(db: Executor, { workspaceId, sync }: RunHold, key: string): Promise<void> {
  await db
    .updateTable('record_links')
    .set({
      state: 'error',
      error_code: 'PROVIDER_ERROR',
      failures: sql<number>`failures + 1`,
      updated_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', averageOwner(sync.id))
    .where('push_key', '=', key)
    .execute()
}
