import { HubError } from '../../../errors.ts'
import { importRowSchema } from '../row-shape.ts'

/** Columns that hold several things, and what stands between them. */
const listed: Record<string, string> = { tags: ';', scopes: ' ' }
/** Columns whose name goes on after a point: `tokens.accessToken`, `config.realmId`. */
const nested = new Set(['tokens', 'config', 'credentials', 'metadata'])
const plain = new Set(Object.keys(importRowSchema.shape).filter(name => !nested.has(name)))

/**
 * The columns that the first line of a CSV names, as paths into a row. A line without names is likely to hold secrets: none of
 * it is repeated. @throws HubError `INVALID_REQUEST`
 */
export function columnsOf(cells: string[]): string[][] {
  const columns = cells.map(cell => cell.trim().split('.'))
  const odd = columns.findIndex(([first = '', ...rest]) => {
    if (nested.has(first)) return rest.length !== 1 || !/^\w{1,100}$/.test(rest[0]!)
    return rest.length > 0 || !plain.has(first)
  })
  if (odd >= 0) {
    const message = `The first line of a CSV names its columns, and column ${odd + 1} is none: ${[...plain, ...[...nested].map(name => `${name}.…`)].join(', ')}.`
    throw new HubError('INVALID_REQUEST', { message })
  }
  if (new Set(cells.map(cell => cell.trim())).size < cells.length)
    throw new HubError('INVALID_REQUEST', { message: 'The first line of the CSV names a column twice.' })
  return columns
}

/** A row of cells as an object. An empty cell is as one that is not there. */
export function rowOfCells(columns: string[][], cells: string[]): Record<string, unknown> | string[] {
  // What belongs to which column is not known: as it is no object, it is told as a row that is none.
  if (cells.length !== columns.length) return cells
  const row: Record<string, unknown> = {}
  for (const [index, [first, rest]] of columns.entries()) {
    const cell = cells[index]!
    if (cell === '') continue
    if (rest !== undefined) row[first!] = { ...(row[first!] as object | undefined), [rest]: cell }
    else row[first!] = first! in listed ? cell.split(listed[first!]!).flatMap(part => part.trim() || []) : cell
  }
  return row
}
