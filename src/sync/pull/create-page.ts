import { CompiledQuery } from 'kysely'
import { textArray, textArrayBytes } from '../../db/array-literal.ts'
import type { Executor } from '../../db/database.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { MatchKeys } from '../../catalogue/schema/items/lookup.ts'
import { hashBytes } from '../mapping/canonical.ts'
import { keysIn } from '../matching/keys.ts'
import { newRecordIds } from '../records/record-ids.ts'
import type { Item } from '../mapping/mapping.ts'
import type { MetPage } from './prepare-page.ts'
import { stopped, type RunCounts, type RunHold, type RunPlace } from '../runs/run-hold.ts'

// One statement, one commit: counts and cursor, what was seen, records, links and what they wait for. It writes nothing unless the run is
// still this attempt's. Hashes come as one value: 1,000 of them as an array cost more than the rest of the page.
// The row of the collection is locked when its numbers are taken: only then is it sure whose records it has and which keys it
// keeps. Where that is not what the caller has seen, dividing by nothing ends the statement, and nothing is written.
const text = `
  with held as (
    update sync_runs set phase = $3, cursor = $4, alive_at = now(), pulled = pulled + $5,
      created = created + $6, unchanged = unchanged + $7
    where id = $1 and workspace_id = $10 and claim = $2 and status = 'running' returning 1
  ), seen as (
    insert into sync_run_pages (run_id, cursor, external_ids, fingerprint)
    select $1, p.cursor, case when p.ord = 1 then $9::text[] end, p.fingerprint
    from held, unnest($8::text[], $18::bytea[]) with ordinality as p(cursor, fingerprint, ord)
  ), numbers as (
    insert into collections as c (workspace_id, name, last_change, sole_sync)
    select $10, $11, $6::bigint, $17 from held where $6::int > 0
    on conflict (workspace_id, name) do update set last_change = c.last_change + excluded.last_change,
      sole_sync = case when c.sole_sync = excluded.sole_sync then c.sole_sync end
    returning (c.last_change - $6::bigint)
      / (case when c.match_keys is not distinct from $20::jsonb and (c.sole_sync is not null or not $21::boolean)
        then 1 else 0 end) as before
  ), input as (
    select i.*, i.json::jsonb as data, substring($16::bytea from (i.ord::int - 1) * 32 + 1 for 32) as hash
    from rows from (unnest($12::text[]), unnest($13::text[]), unnest($14::text[]), unnest($19::bigint[]),
      unnest($15::text[])) with ordinality as i(record_id, external_id, external_version, updated_ms, json, ord)
  ), new_records as (
    insert into records (id, workspace_id, collection, data, hash, change, created_by, created_run, edited_at)
    select record_id, $10, $11, data, hash, before + ord, $17, $1, least(to_timestamp(updated_ms / 1000.0::float8), now())
    from input, numbers
  ), new_links as (
    insert into record_links
      (workspace_id, sync_id, record_id, external_id, external_version, external_updated_at, external_hash,
        record_version, base)
    select $10, $17, record_id, external_id, external_version, to_timestamp(updated_ms / 1000.0::float8), hash, 1, data
    from input, numbers
  ), new_keys as (
    insert into record_keys (workspace_id, collection, key, record_id)
    select $10, $11, k.key, i.record_id
    from rows from (unnest($22::int[]), unnest($23::text[])) as k(ord, key) join input i on i.ord = k.ord cross join numbers
    on conflict do nothing
  ), new_waits as (
    insert into waiting_references (workspace_id, sync_id, record_id, path, connection_id, model, external_id)
    select $10, $17, i.record_id, w.path, $24, w.model, w.external_id
    from rows from (unnest($25::int[]), unnest($26::text[]), unnest($27::text[]), unnest($28::text[]))
      as w(ord, path, model, external_id) join input i on i.ord = w.ord cross join numbers
  )
  select 1 from held`

export interface CreatedPage {
  /** The pages: several where little has changed. */
  met: readonly MetPage[]
  /** Everything on them, when what is gone is to be found. */
  seen: string[] | null
  created: readonly Item[]
  counts: RunCounts
  place: RunPlace
  /** The keys that the collection keeps; null for none. */
  keys: MatchKeys | null
  /** Nobody but the sync must have made records in the collection. */
  isAlone: boolean
}

/**
 * Commits pages of which nothing but new items has to be written: the most frequent ones, as a first load consists of them
 * and a repeated one has none. It fails on a page that the run has met before. @throws HubError `SYNC_STOPPED`
 */
export async function commitCreatedPage(
  hub: ConnectionParts,
  hold: RunHold,
  page: CreatedPage,
  trx?: Executor,
): Promise<void> {
  const { created, counts, place, keys } = page
  const waits = created.flatMap(({ gaps }, index) =>
    (gaps?.unresolved ?? []).map(reference => ({ ...reference, ord: index + 1 })),
  )
  const keyed = keys === null ? [] : created.flatMap((item, index) => keysOf(keys, item, index + 1))
  const values = [
    hold.runId,
    hold.claim,
    place.phase,
    place.cursor,
    counts.pulled ?? 0,
    created.length,
    counts.unchanged ?? 0,
    page.met.map(({ key }) => key),
    page.seen && textArray(page.seen),
    hold.workspaceId,
    hold.sync.collection,
    textArray(newRecordIds(created.length)),
    textArray(created.map(item => item.externalId)),
    textArray(created.map(item => item.version)),
    textArrayBytes(created.map(item => item.json)),
    hashBytes(created.map(item => item.hash)),
    hold.sync.id,
    page.met.map(({ fingerprint }) => fingerprint),
    `{${created.map(item => item.updatedAt?.getTime() ?? 'NULL').join()}}`,
    keys && JSON.stringify(keys),
    page.isAlone,
    `{${keyed.map(({ ord }) => ord).join()}}`,
    textArray(keyed.map(({ key }) => key)),
    hold.sync.connection_id,
    `{${waits.map(({ ord }) => ord).join()}}`,
    textArray(waits.map(({ path }) => path)),
    textArray(waits.map(({ model }) => model)),
    textArray(waits.map(({ externalId }) => externalId)),
  ]
  const { rows } = trx
    ? await trx.executeQuery(CompiledQuery.raw(text, values))
    : await hub.pool.query({ name: 'sync-create-page', text, values })
  if (rows.length === 0) throw stopped()
}

function keysOf(keys: MatchKeys, { json }: Item, ord: number): { ord: number; key: string }[] {
  return keysIn(keys, JSON.parse(json)).map(({ text }) => ({ ord, key: text }))
}
