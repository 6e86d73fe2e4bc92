import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import { idPrefixes, newId } from '../../ids.ts'
import type { LinkWrite } from '../links/link-store.ts'
import type { PlacedItem } from './prepare-page.ts'
import type { RunHold } from '../runs/run-hold.ts'
import { emptyLink, failedLink } from '../links/link-rows.ts'

const maxPlaceLength = 200
/** So many items without an id are listed of one page; the others are counted alone. */
export const placesPerPage = 20

/**
 * The link by which an item is listed that cannot be a record. One without an id is known by where it stands: it is the
 * same link in each run, and says the place.
 */
export function itemLink(syncId: string, cursor: string, { externalId, position }: PlacedItem): LinkWrite {
  if (externalId !== null) return emptyLink(newId('record'), externalId)
  const hash = createHash('sha256')
    .update(JSON.stringify([syncId, cursor, position]))
    .digest('hex')
  // A seven as its first digit is beyond any time of a UUIDv7: no record will ever have it.
  const recordId = `${idPrefixes.record}_7${hash.slice(0, 25)}`
  const page = cursor === '' ? 'the first page' : `the page at ${cursor.slice(0, maxPlaceLength)}`
  return { ...emptyLink(recordId, null), place: `item ${position} of ${page}` }
}

/** What becomes of the link of an item that cannot be taken. One that a person has left so stays, until the item is another. */
export function badItemLink(link: LinkWrite, { errorCode, hash }: PlacedItem, now: Date): LinkWrite {
  if (link.state === 'skipped' && link.externalHash === hash) return link
  return failedLink({ ...link, externalHash: hash }, errorCode, now)
}

/** After a pass over everything: items without an id that it has not met are mended, or gone. Relies on record_links_in_trouble. */
export async function forgetBadItems(db: Executor, { workspaceId, sync, run }: RunHold): Promise<void> {
  await db
    .deleteFrom('record_links')
    .where('workspace_id', '=', workspaceId)
    .where('sync_id', '=', averageOwner(sync.id))
    .where('state', '=', 'error')
    .where('place', 'is not', null)
    .where('updated_at', '<', run.started_at ?? sql<Date>`now()`)
    .execute()
}
