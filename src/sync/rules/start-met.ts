import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { Executor } from '../../db/database.ts'
import { hubItself, onBehalfOf } from '../../db/on-behalf-of.ts'
import { takeMetRules, type MetRule } from '../../delivery/rules/take-met.ts'
import { insertRequests } from '../runs/request-runs.ts'
import { startRunsSoon } from '../runs/start-runs.ts'
import type { SyncIdentity } from '../runs/start-workflow.ts'

/** Events that come within this time start a sync once. */
const gatherMs = 250
const notesAtOnce = 2_000
/** What is left after so many is the next pass's. */
const mostPasses = 50

/**
 * Asks for runs of the syncs of rules that were met, and starts them. A sync that is paused is left out, but for one that rests until
 * its connection's user is back: it runs then. Gives for how many it asked.
 */
export async function startMet(hub: ConnectionParts): Promise<number> {
  let asked = 0
  for (let pass = 0; pass < mostPasses; pass++) {
    const { notes, syncs } = await hub.db.transaction().execute(async trx => {
      const met = await takeMetRules(trx, notesAtOnce)
      const syncs = await lockSyncsOf(trx, met)
      const fresh = await insertRequests(trx, syncs, 'event')
      return {
        notes: met.reduce((sum, rule) => sum + rule.notes, 0),
        syncs: syncs.filter(({ id }) => fresh.has(id)),
      }
    })
    asked += syncs.length
    // One for which a run was asked for already was started then.
    startRunsSoon(
      hub,
      syncs.filter(sync => sync.isActive),
      'event',
    )
    if (notes < notesAtOnce) break
  }
  return asked
}

/** Relies on the primary keys of rule_syncs and syncs. */
async function lockSyncsOf(db: Executor, met: readonly MetRule[]): Promise<(SyncIdentity & { isActive: boolean })[]> {
  if (met.length === 0) return []
  const { rows } = await sql<SyncIdentity & { isActive: boolean }>`
    select s.id, s.workspace_id as "workspaceId", s.connection_id as "connectionId", s.provider, s.status = 'active' as "isActive"
    from syncs s
    where (s.workspace_id, s.id) in (
        select r.workspace_id, r.sync_id from rule_syncs r join unnest(
          ${met.map(({ workspaceId }) => workspaceId)}::text[], ${met.map(({ ruleId }) => ruleId)}::text[]
        ) as t (workspace_id, rule_id) on r.rule_id = t.rule_id and r.workspace_id = t.workspace_id
      )
      and s.deleted_at is null and (s.status = 'active' or s.paused_because = 'needs_reauth')
    order by s.id for share of s`.execute(db)
  return rows
}

/** Processes that are at it, and whether something came since they took what there was. */
const starting = new WeakMap<ConnectionParts, { again: boolean }>()

/** The same a moment later, once for all that came by then. Never fails: what is lost with the process, reconcile starts. */
export function startMetSoon(hub: ConnectionParts): void {
  const underWay = starting.get(hub)
  if (underWay) {
    underWay.again = true
    return
  }
  const begun = { again: true }
  starting.set(hub, begun)
  void onBehalfOf(hubItself, () => startGathered(hub, begun))
}

async function startGathered(hub: ConnectionParts, state: { again: boolean }): Promise<void> {
  try {
    while (state.again) {
      await sleep(gatherMs, undefined, { ref: false })
      // What is committed from here on says so again.
      state.again = false
      await startMet(hub)
    }
  } catch (error) {
    hub.log.warn({ err: error }, 'syncs that events start were not started now; reconcile starts them')
  } finally {
    starting.delete(hub)
  }
}
