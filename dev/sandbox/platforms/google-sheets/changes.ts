import { invalid } from './refusals.ts'
import type { Sheet, Spreadsheet } from './sheet-store.ts'

type Json = Record<string, unknown>

/** All of the changes, or none. https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request */
export function changeSheets(spreadsheet: Spreadsheet, requests: unknown): Json[] {
  if (!Array.isArray(requests) || requests.length === 0) throw invalid('Must specify at least one request.')
  return (requests as Json[]).map((request, index) => {
    const [[kind, said] = []] = Object.entries(request)
    if (kind !== 'deleteDimension' && kind !== 'insertDimension')
      throw invalid(`Invalid JSON payload received. Unknown name "${kind}" at 'requests[${index}]': Cannot find field.`)
    const {
      sheetId,
      dimension,
      startIndex = 0,
      endIndex,
    } = ((said as Json)['range'] ?? {}) as Record<string, number> & Json
    const at = `Invalid requests[${index}].${kind}`
    const sheet = spreadsheet.sheets.find(one => one.sheetId === sheetId)
    if (!sheet) throw invalid(`${at}: No grid with id: ${String(sheetId)}`)
    if ((dimension as unknown) !== 'ROWS') throw invalid(`${at}: only rows are played here`)
    if (typeof endIndex !== 'number' || startIndex >= endIndex)
      throw invalid(`${at}: startIndex must be less than endIndex.`)
    changeRows(sheet, kind, startIndex, endIndex, at)
    return {}
  })
}

function changeRows(sheet: Sheet, kind: string, from: number, to: number, at: string): void {
  if (kind === 'insertDimension') {
    const empty = Array.from({ length: to - from }, () => [])
    if (from < sheet.rows.length) sheet.rows.splice(from, 0, ...empty)
    sheet.rowCount += to - from
    return
  }
  if (to > sheet.rowCount)
    throw invalid(`${at}: Cannot delete a row that doesn't exist. Tried to delete row index ${to - 1}.`)
  if (to - from >= sheet.rowCount) throw invalid(`${at}: You can't delete all the rows on the sheet.`)
  sheet.rows.splice(from, to - from)
  sheet.rowCount -= to - from
}
