import { placeOf } from '../body.ts'
import type { ProviderClient } from '../call.ts'
import { textOf, valueAt } from '../json-path.ts'
import type { Values } from '../json-write.ts'
import { refusalOf, saidIn } from '../writes/refusal.ts'
import { writtenBody } from '../writes/write-body.ts'
import { unexpectedItem, type NamedWrite, type WriteAnswer, type Writes } from '../writes/write.ts'
import { lettersOf, rangeOf, startOf } from './ranges.ts'
import { forgetGrid, itemOfRow, readGrid, unformatted, type Grid, type GridList, type GridRow } from './read-grid.ts'

/** What is to be done about one row, or why it is not. */
type Planned = { row: GridRow; values: unknown[] } | { answer: WriteAnswer }

const shown = {
  responseValueRenderOption: unformatted.valueRenderOption,
  responseDateTimeRenderOption: unformatted.dateTimeRenderOption,
}

/**
 * Writes rows of a sheet, all of one operation: each is found by its key just before. What is not written for what is in the sheet is
 * refused by itself. @throws HubError as `ProviderClient` does, but for a refusal of a single row, which is answered
 */
export async function writeGrid(
  client: ProviderClient,
  model: Writes,
  list: GridList,
  writes: readonly NamedWrite[],
  signal: AbortSignal,
): Promise<WriteAnswer[]> {
  const grid = await readGrid(client, list, signal)
  const planned = plan(model, list, grid, writes)
  const rows = planned.flatMap((one, index) => ('row' in one ? [{ ...one, index }] : []))
  const answers = planned.map(one => ('answer' in one ? one.answer : undefined))
  if (rows.length > 0) {
    const sent = writeRows(client, list, grid, writes[0]!.write.kind, rows, signal).finally(() => forgetGrid(client))
    const written = await sent.catch((error: unknown) => {
      const why = rows.length === 1 ? refusalOf(model, error) : undefined
      // Anything else is about the spreadsheet, not about the row.
      if (why !== 'rejected') throw error
      return [{ kind: 'refused', why, said: saidIn(error) } as const]
    })
    for (const [at, { index }] of rows.entries()) answers[index] = written[at]
  }
  return answers.map(answer => answer ?? refused('rejected', 'Nothing was said of the row.'))
}

function plan(model: Writes, list: GridList, grid: Grid, writes: readonly NamedWrite[]): Planned[] {
  const made = new Set<string>()
  return writes.map(({ name, write }): Planned => {
    const cells = write.kind === 'delete' ? {} : ((writtenBody(model, write)['cells'] as Values | undefined) ?? {})
    const said = Object.entries(cells)
    const missing = said.find(([heading]) => !grid.headings.includes(heading))?.[0]
    if (missing !== undefined) return no('rejected', `The sheet has no column ${missing}, or several.`)
    const odd = said.find(([, value]) => !['string', 'number', 'boolean'].includes(typeof value))?.[0]
    if (odd !== undefined) return no('rejected', `A cell of ${odd} holds a text, a number, or yes or no.`)
    const own = textOf(cells[list.key])
    const key = write.kind === 'create' ? (own ?? name) : write.externalId
    const there = grid.byKey.get(key) ?? []
    if (there.length > 1) return no('rejected', `Rows ${there.map(({ row }) => row).join(', ')} have the key ${key}.`)
    if (write.kind === 'create') {
      if (there[0] && isSaidBy(grid, there[0], said))
        return { answer: { kind: 'written', item: itemOfRow(grid, there[0]) } }
      if (there[0] || made.has(key)) return no('duplicate', `Another row has the key ${key}.`)
      made.add(key)
      const values = rowOf(grid, { ...cells, [list.key]: cells[list.key] ?? key })
      return { row: { row: 0, key, values: [] }, values }
    }
    if (!there[0]) return no('missing', `No row has the key ${key}.`)
    if (Object.hasOwn(cells, list.key) && own !== key) return no('rejected', 'The key of a row stays as it is.')
    return { row: there[0], values: rowOf(grid, cells) }
  })
}

function no(why: 'rejected' | 'duplicate' | 'missing', message: string): Planned {
  return { answer: refused(why, message) }
}

function refused(why: 'rejected' | 'duplicate' | 'missing', message: string): WriteAnswer {
  return { kind: 'refused', why, said: { message } }
}

/** Whether a row has all that was to be written with it: then it was written. */
function isSaidBy({ headings }: Grid, { values }: GridRow, said: readonly [string, unknown][]): boolean {
  return said.every(([heading, value]) => (values[headings.indexOf(heading)] ?? '') === value)
}

/** Null leaves a cell as it is. */
function rowOf({ headings }: Grid, cells: Values): unknown[] {
  return headings.map(heading => (heading !== undefined && Object.hasOwn(cells, heading) ? cells[heading] : null))
}

type Row = { row: GridRow; values: unknown[] }

function writeRows(
  client: ProviderClient,
  list: GridList,
  grid: Grid,
  kind: 'create' | 'update' | 'delete',
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<WriteAnswer[]> {
  switch (kind) {
    case 'create':
      return append(client, list, grid, rows, signal)
    case 'update':
      return update(client, list, grid, rows, signal)
    case 'delete':
      return remove(client, list, grid, rows, signal)
  }
}

/** Changes cells, all rows or none; the answer has the rows as they are then. */
async function update(
  client: ProviderClient,
  list: GridList,
  grid: Grid,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<WriteAnswer[]> {
  const path = `${list.path}/values:batchUpdate`
  const put = (data: readonly { range: string; values: unknown[][] }[]) => {
    const body = { valueInputOption: 'RAW', includeValuesInResponse: true, ...shown, data }
    return client.call({ method: 'POST', ...placeOf(list), path, body, signal })
  }
  const at = ({ row }: GridRow) => rowRange(list, grid, 0, row)
  const answer = await put(rows.map(({ row, values }) => ({ range: at(row), values: [values] })))
  const responses = valueAt(answer.body, 'responses')
  if (!Array.isArray(responses) || responses.length !== rows.length) throw unexpectedItem()
  const written = rows.map(({ row, values }, index) => {
    const there = (valueAt(responses[index], 'updatedData.values.0') ?? []) as unknown[]
    const now = { row: row.row, key: textOf(there[grid.keyAt])?.trim(), values: there }
    return { now, isMoved: now.key !== row.key, before: cellsBefore(grid, now, values) }
  })
  // Rows moved in between: the other row gets its cells back, and the write is planned anew.
  const harmed = written.flatMap(({ now, isMoved, before }) =>
    isMoved && before ? [{ range: at(now), values: [before] }] : [],
  )
  if (harmed.length > 0) await put(harmed)
  return written.map(({ now, isMoved }) =>
    isMoved ? { kind: 'refused', why: 'stale' } : { kind: 'written', item: itemOfRow(grid, now) },
  )
}

/** What was in the cells of a row that was written instead of another; undefined where nobody knows. */
function cellsBefore(
  { byKey }: Grid,
  { key, values: there }: GridRow,
  values: readonly unknown[],
): unknown[] | undefined {
  const [known, ...others] = key === undefined ? [] : (byKey.get(key) ?? [])
  const isEmpty = key === undefined && there.every((cell, at) => (cell ?? '') === '' || (values[at] ?? null) !== null)
  if (!isEmpty && (!known || others.length > 0)) return undefined
  return values.map((value, at) => (value === null ? null : (known?.values[at] ?? '')))
}

/** Appends rows behind the last of the table. */
async function append(
  client: ProviderClient,
  list: GridList,
  grid: Grid,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<WriteAnswer[]> {
  const first = grid.headings.findIndex(heading => heading !== undefined)
  const range = rowRange(list, grid, first, Number(list.headings))
  const path = `${list.path}/values/${encodeURIComponent(range)}:append`
  const query = {
    ...list.query,
    valueInputOption: 'RAW',
    insertDataOption: 'INSERT_ROWS',
    includeValuesInResponse: true,
    ...shown,
  }
  const body = { range, majorDimension: 'ROWS', values: rows.map(({ values }) => values.slice(first)) }
  const answer = await client.call({ method: 'POST', ...placeOf(list), path, query, body, signal })
  const start = startOf(valueAt(answer.body, 'updates.updatedRange'))
  const written = valueAt(answer.body, 'updates.updatedData.values')
  const isThere = start?.column === lettersOf(first) && Array.isArray(written) && written.length === rows.length
  if (!isThere) throw unexpectedItem()
  return rows.map(({ row: { key } }, index): WriteAnswer => {
    const values = [...Array.from({ length: first }, () => null), ...(written[index] as unknown[])]
    return { kind: 'written', item: itemOfRow(grid, { row: start.row + index, key, values }) }
  })
}

/** Deletes rows from the last to the first, as those below move up. */
async function remove(
  client: ProviderClient,
  list: GridList,
  { sheetId }: Grid,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<WriteAnswer[]> {
  const numbers = rows.map(({ row }) => row.row).sort((a, b) => b - a)
  const requests = numbers.map(row => ({
    deleteDimension: { range: { sheetId, dimension: 'ROWS', startIndex: row - 1, endIndex: row } },
  }))
  await client.call({ method: 'POST', ...placeOf(list), path: `${list.path}:batchUpdate`, body: { requests }, signal })
  return rows.map(() => ({ kind: 'deleted' }))
}

function rowRange({ sheet }: GridList, { headings }: Grid, first: number, row: number): string {
  return rangeOf(sheet, `${lettersOf(first)}${row}`, `${lettersOf(headings.length - 1)}${row}`)
}
