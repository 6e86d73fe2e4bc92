import { stringify } from 'csv-stringify/sync'
import { withGuard } from './formulas.ts'

export type Cell = string | number | null

/** Rows as CSV (RFC 4180), with a line of names first. What a spreadsheet would take for a formula has an apostrophe before it. */
export function csvOf(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return csvRows([names, ...rows])
}

/** Rows, each with its end. @param guarded Whether an apostrophe stands before what a spreadsheet would take for a formula */
export function csvRows(rows: readonly (readonly Cell[])[], guarded = true): string {
  const texts = guarded ? rows.map(row => row.map(cell => (typeof cell === 'string' ? withGuard(cell) : cell))) : rows
  return stringify(texts as Cell[][], { record_delimiter: 'windows' })
}
