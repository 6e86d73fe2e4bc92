import type { Database } from '../../../db/database.ts'
import { HubError } from '../../../errors.ts'
import type { RecordRow } from '../../links/link-store.ts'
import { queryRecords, type RecordQuery } from '../query/query-records.ts'

/** A page has so many bytes, as far as the page before it tells; and so many records. */
const pageBytes = 4 * 1024 * 1024
const firstPage = 50
const longestPage = 1_000

const mostAtOnce = 20
const mostOfWorkspace = 3

export type ExportQuery = Pick<RecordQuery, 'collection' | 'conditions' | 'search' | 'updatedSince' | 'deleted'>

/**
 * Every record that fits, page by page in the order of their making: each is there once, as it is when its page is read, and what is
 * made meanwhile comes at the end. No transaction and no connection is held between pages, however slowly they are taken.
 * @throws HubError what `queryRecords` throws
 */
export async function* exportRecords(
  db: Database,
  workspaceId: string,
  query: ExportQuery,
): AsyncGenerator<RecordRow[]> {
  let after: { id: string } | undefined
  for (let limit = firstPage; ;) {
    const page = await queryRecords(db, workspaceId, {
      ...query,
      sort: { by: 'createdAt', descending: false },
      after,
      limit,
    })
    const last = page.at(-1)
    if (!last) return
    yield page
    if (page.length < limit) return
    after = { id: last.id }
    const bytes = page.reduce((sum, { data }) => sum + JSON.stringify(data).length, 0)
    limit = Math.min(longestPage, Math.max(1, Math.floor((pageBytes * page.length) / bytes)))
  }
}

/** How many exports go on in this process, and whose. */
export class ExportPlaces {
  readonly #taken = new Map<string, number>()

  /**
   * Holds a place until the pieces have all been taken, or nobody wants more of them.
   * @throws HubError `RATE_LIMITED` when the workspace, or the process, has no place left
   */
  async *during<Piece>(workspaceId: string, pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
    const own = this.#taken.get(workspaceId) ?? 0
    const all = [...this.#taken.values()].reduce((sum, count) => sum + count, 0)
    if (own >= mostOfWorkspace || all >= mostAtOnce) {
      const message = `Too many exports are under way: ${mostOfWorkspace} of a workspace at most.`
      throw new HubError('RATE_LIMITED', { message, retryAfterMs: 5_000 })
    }
    this.#taken.set(workspaceId, own + 1)
    try {
      yield* pieces
    } finally {
      const left = this.#taken.get(workspaceId)! - 1
      if (left === 0) this.#taken.delete(workspaceId)
      else this.#taken.set(workspaceId, left)
    }
  }
}
