import { textArray, textArrayBytes } from '../../db/array-literal.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { hashBytes } from '../mapping/canonical.ts'
import { newRecordIds } from '../records/record-ids.ts'
import type { Item } from '../mapping/mapping.ts'
import { stopped, type RunCounts, type RunHold, type RunPlace } from '../runs/run-hold.ts'

// One statement, one commit: counts and cursor, what was seen, records and links. It writes nothing unless the run is
// still this attempt's. Hashes come as one value: 1,000 of them as an array cost more than the rest of the page.
const text = `
  with held as (
    update sync_runs set phase = $3, cursor = $4, alive_at = now(), pulled = pulled + $5,
      created = created + $6, unchanged = unchanged + $7
    where id = $1 and workspace_id = $10 and claim = $2 and status = 'running' returning 1
  ), seen as (
    insert into sync_run_pages (run_id, cursor, external_ids, fingerprint) select $1, $8, $9::text[], $18 from held
  ), numbers as (
    insert into collections as c (workspace_id, name, last_change) select $10, $11, $6::bigint from held where $6::int > 0
    on conflict (workspace_id, name) do update set last_change = c.last_change + excluded.last_change
    returning c.last_change - $6::bigint as before
  ), input as (
    select i.*, i.json::jsonb as data, substring($16::bytea from (i.ord::int - 1) * 32 + 1 for 32) as hash
    from rows from (unnest($12::text[]), unnest($13::text[]), unnest($14::text[]), unnest($19::bigint[]),
      unnest($15::text[])) with ordinality as i(record_id, external_id, external_version, updated_ms, json, ord)
  ), new_records as (
    insert into records (id, workspace_id, collection, data, hash, change)
    select record_id, $10, $11, data, hash, before + ord from input, numbers
  ), new_links as (
    insert into record_links
      (workspace_id, sync_id, record_id, external_id, external_version, external_updated_at, external_hash,
        record_version, base)
    select $10, $17, record_id, external_id, external_version, to_timestamp(updated_ms / 1000.0::float8), hash, 1, data
    from input, numbers
  )
  select 1 from held`

export interface CreatedPage {
  /** The key of where the page began. */
  cursor: string
  fingerprint: Buffer | null
  /** Everything on the page, when what is gone is to be found. */
  seen: string[] | null
  created: readonly Item[]
  counts: RunCounts
  place: RunPlace
}

/**
 * Commits a page of which nothing but new items has to be written: the most frequent one, as a first load consists of them
 * and a repeated one has none. It fails on a page that the run has met before. @throws HubError `SYNC_STOPPED`
 */
export async function commitCreatedPage(hub: ConnectionParts, hold: RunHold, page: CreatedPage): Promise<void> {
  const { created, counts, place } = page
  const { rowCount } = await hub.pool.query({
    name: 'sync-create-page',
    text,
    values: [
      hold.runId,
      hold.claim,
      place.phase,
      place.cursor,
      counts.pulled ?? 0,
      created.length,
      counts.unchanged ?? 0,
      page.cursor,
      page.seen && textArray(page.seen),
      hold.workspaceId,
      hold.sync.collection,
      textArray(newRecordIds(created.length)),
      textArray(created.map(item => item.externalId)),
      textArray(created.map(item => item.version)),
      textArrayBytes(created.map(item => item.json)),
      hashBytes(created.map(item => item.hash)),
      hold.sync.id,
      page.fingerprint,
      `{${created.map(item => item.updatedAt?.getTime() ?? 'NULL').join()}}`,
    ],
  })
  if (rowCount === 0) throw stopped()
}
