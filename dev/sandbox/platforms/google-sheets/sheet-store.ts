import type { Tools } from '../../tools.ts'
import { notFound } from './refusals.ts'

/** A date has its number of days since 30 December 1899, and is shown as a date. */
export type Cell = string | number | boolean | { day: number } | null

export interface Sheet {
  sheetId: number
  title: string
  rowCount: number
  columnCount: number
  /** No longer than what is in them. */
  rows: Cell[][]
}

export interface Spreadsheet {
  id: string
  title: string
  sheets: Sheet[]
}

export const known = '1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms'

const first: Spreadsheet = {
  id: known,
  title: 'Crossings',
  sheets: [
    {
      ...{ sheetId: 0, title: 'Sheet1', rowCount: 1000, columnCount: 26 },
      rows: [['Name', 'Amount'], ['Ada', 3], ['Grace', 4]], // prettier-ignore
    },
  ],
}

type Shelf = Pick<Tools, 'things'>

/** Whoever has a token may see all of them: whose they are is not played. */
export function spreadsheetOf({ things }: Shelf, id: string): Spreadsheet {
  const found = things.get('spreadsheet', 'all', id) as Spreadsheet | undefined
  if (found) return found
  if (id !== known) throw notFound()
  return structuredClone(first)
}

export function keepSpreadsheet({ things }: Shelf, spreadsheet: Spreadsheet): void {
  for (const sheet of spreadsheet.sheets) {
    sheet.rows = Array.from(sheet.rows, row => trimmed(row ?? []))
    while (sheet.rows.length > 0 && sheet.rows.at(-1)!.length === 0) sheet.rows.pop()
  }
  things.put('spreadsheet', 'all', spreadsheet.id, { ...spreadsheet })
}

function trimmed(row: Cell[]): Cell[] {
  const last = row.findLastIndex(cell => !isBlank(cell))
  return row.slice(0, last + 1)
}

export function isBlank(cell: Cell | undefined): boolean {
  return cell === undefined || cell === null || cell === ''
}
