import { sql } from 'kysely'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderClient } from '../../calls/call.ts'
import type { ReadPage } from '../../calls/pages/read-pages.ts'
import { readItem } from '../../calls/read-item.ts'
import { isBadItem, type Item } from '../mapping/mapping.ts'
import type { RunHold } from '../runs/run-hold.ts'

const readsAtOnce = 4

/** A page whose items are whole. */
export interface WholePage extends ReadPage {
  /** The ids of those that are as they were last seen, and were not read. */
  asSeen?: readonly string[]
}

/**
 * A page of a list that shows a part of each thing, with the things as they are: those whose version is not as it was last seen
 * are read by their ids. Once a day all are, as after a change of the mapping. One that is gone since is left out, and what the page
 * before had as well.
 * @throws HubError as `ProviderClient` does
 */
export async function wholeThings(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  page: ReadPage,
  signal: AbortSignal,
): Promise<WholePage> {
  const { mapping } = hold
  if (mapping.model.listed !== 'in-part') return page
  const all = page.items.map(raw => ({ raw, item: mapping.itemOf(raw) }))
  const names = all.flatMap(({ item }) => item.externalId ?? [])
  const shown = all.filter(({ item }) => item.externalId === null || !page.repeated.includes(item.externalId))
  const known = shown.flatMap(({ item }) => (isBadItem(item) || item.isDeleted ? [] : [item]))
  const asSeen = await seenSo(hub, hold, known)
  const left = shown.filter(({ item }) => isBadItem(item) || !asSeen.has(item.externalId))
  const items: unknown[] = []
  const waiting = left.entries()
  const reader = async () => {
    for (const [place, { raw, item }] of waiting) {
      const isClear = !isBadItem(item) && !item.isDeleted
      items[place] = isClear ? await readItem(client, mapping.model, item.externalId, signal) : raw
    }
  }
  await Promise.all(Array.from({ length: readsAtOnce }, reader))
  return { ...page, items: items.filter(item => item !== undefined), names, asSeen: [...asSeen] }
}

/** Which items' links know them in this very version, with nothing left open. Relies on record_links_by_thing. */
async function seenSo(hub: ConnectionParts, hold: RunHold, items: readonly Item[]): Promise<ReadonlySet<string>> {
  const versions = new Map(
    items.flatMap(({ externalId, version }) => (version === null ? [] : [[externalId, version]])),
  )
  if (versions.size === 0 || isWholeDue(hold)) return new Set()
  const { rows } = await sql<{ external_id: string; external_version: string | null }>`
    select i.external_id, l.external_version from unnest(${[...versions.keys()]}::text[]) as i(external_id)
    cross join lateral (
      select k.external_version from record_links k
      where k.sync_id = (select ${hold.sync.id}::text) and k.external_id = i.external_id
        and k.workspace_id = ${hold.workspaceId} and k.state = 'ok' and not k.gone limit 1
    ) l
    where i.external_id is not null`.execute(hub.db)
  const seen = rows.filter(({ external_id: id, external_version: version }) => versions.get(id) === version)
  return new Set(seen.map(row => row.external_id))
}

/** Whether nothing was read as a whole today, or since the mapping has changed. */
function isWholeDue({ sync, mapping }: RunHold): boolean {
  const at = sync.full_pass_at
  if (at === null || sync.changed_since === null || mapping.remapped.length > 0) return true
  return at.toISOString().slice(0, 10) !== new Date().toISOString().slice(0, 10)
}
