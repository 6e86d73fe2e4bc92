import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { HeldDeletions } from '../../db/schema/syncs.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderClient } from '../../calls/call.ts'
import { readItem } from '../../calls/read-item.ts'
import { deletionsAllowed, isForeignList, type Found } from '../policy.ts'
import { moveRun, type RunHold } from '../runs/run-hold.ts'

// A permission that was lost, a wrong company or a key of another mode looks as if everything had been deleted. What a run
// may delete by itself is bounded, therefore (`deletionsAllowed` in ../policy.ts), and the rest waits for a person, or for the
// platform to show it again.

/** How many deletions a run may make, and from what that follows. */
export interface DeletionBrake {
  allowed: number
  found: Found
}

/** What holds for a run whose pull is through and whose suspects are gathered. */
export async function brakeOf(db: Executor, { workspaceId, sync, run, runId }: RunHold): Promise<DeletionBrake> {
  const { rows } = await sql<{
    live: number
    suspects: number
    pulled: number
    created: number
    allowed: number | null
  }>`
    select r.pulled, r.created, r.deletions_allowed as allowed,
      (select count(*)::int from sync_run_suspects s where s.run_id = r.id) as suspects,
      (select count(*)::int from record_links l where l.workspace_id = ${workspaceId} and l.sync_id = ${sync.id}
        and l.external_id is not null and not l.gone) as live
    from sync_runs r where r.workspace_id = ${workspaceId} and r.id = ${runId}`.execute(db)
  const { live, suspects, pulled, created, allowed } = rows[0]!
  const known = Math.max(suspects, live - created)
  const found = { known, seenAgain: known - suspects, listed: run.compare ? pulled : null }
  return { allowed: Math.max(deletionsAllowed(found), allowed ?? 0), found }
}

/**
 * Holds a run's deletions: the sync shows them until a pass over everything goes well. What else has changed is pushed all
 * the same, but not to what looks like another account. @throws HubError `DELETIONS_HELD` there
 */
export async function holdDeletions(
  hub: ConnectionParts,
  hold: RunHold,
  { found }: DeletionBrake,
  count: number,
): Promise<void> {
  const held: HeldDeletions = { runId: hold.runId, count, known: found.known, since: new Date().toISOString() }
  await hub.db.transaction().execute(async trx => {
    await trx
      .updateTable('syncs')
      .set({ deletions_held: JSON.stringify(held) })
      .where('workspace_id', '=', hold.workspaceId)
      .where('id', '=', hold.sync.id)
      .execute()
    await moveRun(trx, hold, {}, { phase: 'push', cursor: null, deletions_held: count })
  })
  if (isForeignList(found)) throw new HubError('DELETIONS_HELD')
}

/** A pass over everything went well: what was held is deleted by now, or there again. */
export async function releaseDeletions(db: Executor, { workspaceId, sync }: RunHold): Promise<void> {
  await db
    .updateTable('syncs')
    .set({ deletions_held: null })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', sync.id)
    .where('deletions_held', 'is not', null)
    .execute()
}

const probes = 3

/**
 * Before anything of a list is taken whose first page shows nothing that was known: whether some of the items that were
 * known are gone, as when the list is another account's. Its items would become records, and go on to other platforms.
 * @throws HubError `DELETIONS_HELD`
 */
export async function refuseForeignList(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  signal: AbortSignal,
): Promise<void> {
  const { workspaceId, sync, run, mapping } = hold
  if (run.deletions_allowed !== null) return
  const { rows } = await sql<{ external_id: string; known: number }>`
    select external_id, (count(*) over ())::int as known from record_links
    where workspace_id = ${workspaceId} and sync_id = ${sync.id} and external_id is not null and not gone
    order by external_updated_at desc nulls last, external_id limit ${probes}`.execute(hub.db)
  const known = rows[0]?.known ?? 0
  const found = { known, seenAgain: 0, listed: 1 }
  if (!isForeignList(found)) return
  for (const row of rows) {
    const item = await readItem(client, mapping.model, row.external_id, signal)
    if (item !== undefined) return
  }
  await holdDeletions(hub, hold, { allowed: 0, found }, known)
}
