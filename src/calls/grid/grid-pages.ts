import type { ProviderClient } from '../call.ts'
import type { PageSource } from '../pages/page-source.ts'
import { itemOfRow, readGrid, type Grid, type GridList } from './read-grid.ts'

/**
 * The rows of a sheet page by page. The sheet is read once, as rows move up and down: where a later process goes on, it is read anew,
 * and what has moved past the place meanwhile is looked at by its key. Rows of one key are one item.
 */
export function gridPages(client: ProviderClient, list: GridList): PageSource {
  let reading: Promise<Grid> | undefined
  const read = (signal: AbortSignal) => {
    reading ??= readGrid(client, list, signal).catch((error: unknown) => {
      reading = undefined
      throw error
    })
    return reading
  }
  return {
    first: '0',
    async fetch(cursor, signal) {
      const grid = await read(signal)
      const shown = grid.rows.filter(row => row.key === undefined || grid.byKey.get(row.key)?.[0] === row)
      const from = shown.findIndex(({ row }) => row >= Number(cursor))
      const page = from < 0 ? [] : shown.slice(from, from + list.page)
      const next = from < 0 ? undefined : shown[from + list.page]
      return { items: page.map(row => itemOfRow(grid, row)), next: next ? String(next.row) : null }
    },
  }
}
