import { textArray } from '../../db/array-literal.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { hashBytes } from '../mapping/canonical.ts'
import type { Item } from '../mapping/mapping.ts'
import { isOlder } from '../policy.ts'
import type { RunHold } from '../runs/run-hold.ts'

/** An item that is not as its link last saw it; without a record when the sync has never seen it. */
export interface StaleItem {
  item: Item
  recordId: string | null
  /** Its link is in error: it may have no record all the same. */
  isFailed: boolean
}

interface StaleRow {
  ord: number
  record_id: string | null
  external_version: string | null
  external_updated_at: Date | null
  failed: boolean
}

// Relies on record_links_by_thing (sync_id, external_id): the lateral look-up keeps to it whatever the statistics say (see
// `averageOwner`), and the statement is planned anew each time, since a plan made while the table was empty reads all of it ever after.
// What is unchanged does not leave the database.
const text = `
  select i.ord::int as ord, l.record_id, l.external_version, l.external_updated_at,
    coalesce(l.state = 'error', false) as failed
  from unnest($2::text[], $3::text[]) with ordinality as i(external_id, external_version, ord)
  left join lateral (
    select * from record_links l where l.workspace_id = $5 and l.sync_id = (select $1::text) and l.external_id = i.external_id limit 1
  ) l on true
  where l.record_id is null
    or l.external_hash is distinct from substring($4::bytea from (i.ord::int - 1) * 32 + 1 for 32)
    or l.external_version is distinct from i.external_version
    or l.state = 'error' or l.gone`

/** Which of a page's items differ from what was last seen of them, and are not older than it. */
export async function findStale(hub: ConnectionParts, hold: RunHold, items: readonly Item[]): Promise<StaleItem[]> {
  if (items.length === 0) return []
  const ids = textArray(items.map(item => item.externalId))
  const versions = textArray(items.map(item => item.version))
  const hashes = hashBytes(items.map(item => item.hash))
  const values = [hold.sync.id, ids, versions, hashes, hold.workspaceId]
  const { rows } = await hub.pool.query<StaleRow>(text, values)
  return rows
    .map(row => ({ item: items[row.ord - 1]!, recordId: row.record_id, link: row }))
    .filter(({ item, link }) => supersedes(hold, item, link))
    .map(({ item, recordId, link }) => ({ item, recordId, isFailed: link.failed }))
}

/** Whether a change counts against what a link last saw: an older version, such as a stale replica tells it, does not. */
export function supersedes(
  { mapping }: RunHold,
  item: Item,
  link: { external_version: string | null; external_updated_at: Date | null },
): boolean {
  const seen = { version: link.external_version, at: link.external_updated_at ?? undefined }
  return !isOlder(seenOf(item), seen, mapping.model.versionRises ?? false, new Date())
}

/** The later of two versions of one item; the second where the platform does not say. */
export function laterOf({ mapping }: RunHold, first: Item, second: Item): Item {
  const isSecondOlder = isOlder(seenOf(second), seenOf(first), mapping.model.versionRises ?? false, new Date())
  return isSecondOlder ? first : second
}

function seenOf({ version, updatedAt }: Item) {
  return { version, at: updatedAt }
}
