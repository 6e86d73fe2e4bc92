import type { ListOf } from '../../catalogue/schema/items/pages.ts'
import { HubError } from '../../errors.ts'
import { placeOf } from '../body.ts'
import type { ProviderClient } from '../call.ts'
import { textAt, textOf, valueAt } from '../json-path.ts'
import { itemsAt, unexpectedList } from '../pages/list-answer.ts'
import { rangeOf } from './ranges.ts'

export type GridList = ListOf<'grid'>

/** A sheet as it was at one moment. */
export interface Grid {
  sheetId: unknown
  /** The heading of each column; undefined where it has none, or another column has the same. */
  headings: readonly (string | undefined)[]
  /** The place of the column with the keys. */
  keyAt: number
  rows: readonly GridRow[]
  byKey: ReadonlyMap<string, readonly GridRow[]>
}

export interface GridRow {
  /** Its number, from 1. */
  row: number
  key: string | undefined
  values: readonly unknown[]
}

/** So many rows are asked for at once, and so many are read at most. */
const rowsAtOnce = 10_000
const mostRows = 100_000

/** How values are to be shown: numbers as numbers, days as their number since 30 December 1899. */
export const unformatted = { valueRenderOption: 'UNFORMATTED_VALUE', dateTimeRenderOption: 'SERIAL_NUMBER' }

/**
 * All rows of a sheet. Where it is read in several parts and its headings have moved meanwhile, nobody knows what is in which
 * column. @throws HubError as `ProviderClient` does, and `PROVIDER_REJECTED` where the sheet or its column of keys is not there
 */
export async function readGrid(client: ProviderClient, list: GridList, signal: AbortSignal): Promise<Grid> {
  const { sheetId, rowCount } = await sheetOf(client, list, signal)
  const first = Number(list.headings)
  if (rowCount - first > mostRows) throw refused(`The sheet ${list.sheet} has more than ${mostRows} rows.`)
  const all: unknown[][] = []
  for (let from = first; from <= rowCount; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce - 1, rowCount)
    const values = await valuesIn(client, list, String(from), String(to), signal)
    // Empty rows at the end of a range are left out.
    for (let row = from; row <= to; row++) all.push(values[row - from] ?? [])
  }
  const [top = [], ...rows] = all
  if (all.length > rowsAtOnce) {
    const [again = []] = await valuesIn(client, list, String(first), String(first), signal)
    if (JSON.stringify(again) !== JSON.stringify(top))
      throw new HubError('PROVIDER_ERROR', { message: 'The columns of the sheet moved while it was read.' })
  }
  return gridOf(list, sheetId, top, rows)
}

async function sheetOf(client: ProviderClient, list: GridList, signal: AbortSignal) {
  const query = { ...list.query, fields: 'sheets.properties(sheetId,title,gridProperties)' }
  const { body } = await client.call({ method: 'GET', ...placeOf(list), path: list.path, query, signal })
  const sheet = itemsAt(body, 'sheets').find(one => valueAt(one, 'properties.title') === list.sheet)
  if (sheet === undefined) throw refused(`There is no sheet named ${list.sheet}.`)
  const rowCount = Number(textAt(sheet, 'properties.gridProperties.rowCount'))
  if (!Number.isInteger(rowCount)) throw unexpectedList()
  return { sheetId: valueAt(sheet, 'properties.sheetId'), rowCount }
}

async function valuesIn(
  client: ProviderClient,
  list: GridList,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<unknown[][]> {
  const path = `${list.path}/values/${encodeURIComponent(rangeOf(list.sheet, from, to))}`
  const query = { ...list.query, majorDimension: 'ROWS', ...unformatted }
  const { body } = await client.call({ method: 'GET', ...placeOf(list), path, query, signal })
  const rows = valueAt(body, 'values') ?? []
  if (typeof body !== 'object' || !Array.isArray(rows) || !rows.every(Array.isArray)) throw unexpectedList()
  return rows as unknown[][]
}

function gridOf(list: GridList, sheetId: unknown, top: readonly unknown[], values: readonly unknown[][]): Grid {
  const named = top.map(heading => textOf(heading)?.trim())
  const headings = named.map(heading => {
    const isSole = heading !== undefined && heading !== '' && named.indexOf(heading) === named.lastIndexOf(heading)
    return isSole ? heading : undefined
  })
  const keyAt = headings.indexOf(list.key.trim())
  if (keyAt < 0) throw refused(`The sheet ${list.sheet} has no column ${list.key}, or several.`)
  const below = Number(list.headings) + 1
  const rows = values
    .map((cells, index): GridRow => ({ row: below + index, key: textOf(cells[keyAt])?.trim(), values: cells }))
    .filter(row => row.values.some(value => value !== '' && value !== null))
  const byKey = new Map<string, GridRow[]>()
  for (const row of rows) {
    if (row.key === undefined || row.key === '') continue
    const others = byKey.get(row.key)
    if (others) others.push(row)
    else byKey.set(row.key, [row])
  }
  return { sheetId, headings, keyAt, rows, byKey }
}

function refused(message: string): HubError {
  return new HubError('PROVIDER_REJECTED', { message })
}

/** A row as an item. One whose key others have as well says so, and can be no record. */
export function itemOfRow(
  { headings, byKey }: Pick<Grid, 'headings' | 'byKey'>,
  { row, key, values }: GridRow,
): unknown {
  const cells = headings.flatMap((heading, at) => {
    const value = values[at]
    return heading === undefined ? [] : [[heading, value === undefined || value === '' ? null : value] as const]
  })
  const isShared = key !== undefined && (byKey.get(key)?.length ?? 0) > 1
  return {
    ...(key === undefined ? {} : { key }),
    row,
    cells: Object.fromEntries(cells),
    ...(isShared ? { shared: true } : {}),
  }
}

const recentMs = 5_000
const recent = new WeakMap<ProviderClient, { list: GridList; at: number; grid: Promise<Grid> }>()

/**
 * The row of a key, as an item; undefined where there is none. Whoever asks for one after the other has the whole sheet read
 * once in five seconds, and anew after each write.
 */
export async function rowByKey(
  client: ProviderClient,
  list: GridList,
  key: string,
  signal: AbortSignal,
): Promise<unknown> {
  const known = recent.get(client)
  const isRecent = known?.list === list && performance.now() - known.at < recentMs
  const grid = isRecent ? known.grid : readGrid(client, list, signal)
  if (!isRecent) {
    recent.set(client, { list, at: performance.now(), grid })
    grid.catch(() => forgetGrid(client))
  }
  const [row] = (await grid).byKey.get(key) ?? []
  return row && itemOfRow(await grid, row)
}

/** What was read by a client is the sheet no more. */
export function forgetGrid(client: ProviderClient): void {
  recent.delete(client)
}
