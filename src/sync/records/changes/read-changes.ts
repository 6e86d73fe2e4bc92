import type { Database } from '../../../db/database.ts'
import type { RecordRow } from '../../links/link-store.ts'
import { changesOf } from '../query/term-index.ts'
import { listRecords } from '../records.ts'
import { watchOf } from './change-watch.ts'

export const changeOps = ['created', 'updated', 'deleted'] as const

export type ChangeOp = (typeof changeOps)[number]

export interface ChangePage {
  changes: { op: ChangeOp; record: RecordRow }[]
  /** The change number up to which everything was told. */
  upTo: number
  more: boolean
}

/** Where somebody follows a collection from. */
export interface Following {
  collection: string
  /** The change number behind which they read on; `now` for what changes from here on. */
  after: number | 'now'
  limit: number
  /** How long to wait where there is nothing yet. */
  waitMs: number
}

/**
 * What has become of a collection's records behind a change number, each once, as it is now. Numbers are given out under the
 * collection's lock and become visible in their order: whatever commits late comes later, and nothing is passed over.
 * @throws HubError `RATE_LIMITED` when too many wait
 */
export async function readChanges(
  db: Database,
  workspaceId: string,
  { collection, after, limit, waitMs }: Following,
  ended: AbortSignal,
): Promise<ChangePage> {
  const from = after === 'now' ? await changesOf(db, workspaceId, collection) : after
  const list = { collection, after: from, deleted: true, limit }
  const page = await listRecords(db, workspaceId, list)
  if (page.edge || waitMs === 0) return changesIn(page, from)
  const isChanged = await watchOf(db).changed(workspaceId, collection, from, waitMs, ended)
  return changesIn(isChanged ? await listRecords(db, workspaceId, list) : page, from)
}

function changesIn({ records, edge, isEnd }: Awaited<ReturnType<typeof listRecords>>, from: number): ChangePage {
  return {
    changes: records.map(record => ({ op: opOf(record), record })),
    upTo: edge?.change ?? from,
    more: !isEnd,
  }
}

function opOf({ version, deleted_at }: RecordRow): ChangeOp {
  if (deleted_at !== null) return 'deleted'
  return version === 1 ? 'created' : 'updated'
}
