import { sql } from 'kysely'
import type { Hub } from '../hub.ts'
import type { ProviderClient } from '../providers/request.ts'
import { sightingOf } from './apply-page.ts'
import { commitSettled, countsOf } from './commit-settled.ts'
import { lockByThing } from './link-store.ts'
import { isBadItem } from './mapping.ts'
import type { WorkControl } from './pull.ts'
import { moveRun, type RunHold } from './run-hold.ts'
import { settleKnown, type Sighting } from './settle.ts'
import { readThing } from './thing-calls.ts'

const batchSize = 40
const readsAtOnce = 4

/**
 * After a pass that saw everything: what it did not see is looked at by its id, since a list that changes while it is
 * paged through may skip a thing that is still there. What is gone becomes a tombstone. Gives whether the phase is through.
 */
export async function compareUnseen(
  hub: Hub,
  hold: RunHold,
  client: ProviderClient,
  control: WorkControl,
): Promise<boolean> {
  for (;;) {
    const unseen = await findUnseen(hub, hold)
    if (unseen.length === 0) break
    for (let from = 0; from < unseen.length; from += batchSize) {
      await settleBatch(hub, hold, client, unseen.slice(from, from + batchSize), control.signal)
      control.onProgress()
      if (control.isOver()) return false
    }
  }
  await moveRun(hub.db, hold, {}, { phase: 'push', cursor: null })
  return true
}

/** Up to 1,000 of the things that are linked, not known to be gone, and on none of the run's pages. */
async function findUnseen(hub: Hub, hold: RunHold): Promise<string[]> {
  // `not in` is a hash of what was seen, looked up once for each link, whatever the statistics say; `not exists` may become
  // a loop over both. What passes is read from record_links_by_thing alone, and only what is left from the table.
  const { rows } = await sql<{ external_id: string }>`
    with unseen as materialized (
      select l.external_id from record_links l
      where l.sync_id = ${hold.sync.id} and l.external_id is not null and l.external_id not in (
        select unnest(p.external_ids) from sync_run_pages p where p.run_id = ${hold.runId})
    )
    select u.external_id from unseen u
    cross join lateral (
      select l.gone from record_links l
      where l.workspace_id = ${hold.workspaceId} and l.sync_id = ${hold.sync.id} and l.external_id = u.external_id limit 1
    ) l
    where not l.gone
    limit 1000`.execute(hub.db)
  return rows.map(row => row.external_id)
}

async function settleBatch(
  hub: Hub,
  hold: RunHold,
  client: ProviderClient,
  externalIds: string[],
  signal: AbortSignal,
): Promise<void> {
  const sightings = new Map<string, Sighting | undefined>()
  const waiting = [...externalIds]
  await Promise.all(
    Array.from({ length: readsAtOnce }, async () => {
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        sightings.set(id, await sight(hold, client, id, signal))
      }
    }),
  )
  const { workspaceId, sync, mapping } = hold
  await hub.db.transaction().execute(async trx => {
    const settling = { mapping, policy: sync.conflict_policy, now: new Date() }
    const linked = await lockByThing(trx, workspaceId, sync.id, externalIds)
    const settled = linked.flatMap(known => {
      const sighting = sightings.get(known.link.external_id ?? '')
      return sighting ? [settleKnown(settling, known, sighting)] : []
    })
    // Seen now: the next look for what is unseen passes them by.
    await trx
      .insertInto('sync_run_pages')
      .values({ run_id: hold.runId, cursor: `seen/${externalIds[0]}`, external_ids: externalIds })
      .onConflict(conflict => conflict.doNothing())
      .execute()
    await commitSettled(hub, trx, hold, settled, countsOf(settled))
  })
}

/** What the platform has under an id; undefined when it cannot be understood, and then nothing is concluded from it. */
export async function sight(
  hold: RunHold,
  client: ProviderClient,
  externalId: string,
  signal: AbortSignal,
): Promise<Sighting | undefined> {
  const item = await readThing(client, hold.mapping.model, externalId, signal)
  if (item === undefined) return { gone: true, externalId, version: null, at: undefined }
  const thing = hold.mapping.thingOf(item)
  return isBadItem(thing) ? undefined : sightingOf(thing)
}
