import { z } from 'zod'
import type { ControlRoute } from '../../platform.ts'
import { createTools } from '../../tools.ts'
import { changeSheets } from './changes.ts'
import { notFound } from './refusals.ts'
import { keepSpreadsheet, spreadsheetOf } from './sheet-store.ts'

const cell = z.union([z.string(), z.number(), z.boolean(), z.null(), z.strictObject({ day: z.number() })])
const made = z.strictObject({
  id: z.string(),
  title: z.string(),
  rowCount: z.number().int(),
  rows: z.array(z.array(cell)),
})
const changed = z.strictObject({
  set: z.array(z.tuple([z.number().int(), z.number().int(), cell])).optional(),
  insert: z.number().int().optional(),
  remove: z.number().int().optional(),
})

/**
 * What a person does in a spreadsheet. Rows and columns count from 0.
 *
 *   PUT    /google-sheets              { id, title, rowCount, rows }: a spreadsheet with one sheet of that title
 *   GET    /google-sheets/ID/TITLE     its rows
 *   PATCH  /google-sheets/ID/TITLE     { set?: [[row, column, cell]], insert?: an empty row before this one, remove?: a row }
 */
export const controls: ControlRoute[] = [
  [
    'PUT',
    /^\/google-sheets$/,
    ({ storage, body }) => {
      const { id, title, rowCount, rows } = made.parse(body)
      const sheet = { sheetId: 7, title, rowCount, columnCount: 26, rows }
      keepSpreadsheet(toolsOf(storage), { id, title: 'Made', sheets: [sheet] })
      return { id }
    },
  ],
  ['GET', /^\/google-sheets\/([\w-]+)\/([^/]+)$/, ({ storage, params }) => sheetOf(storage, params).sheet.rows],
  [
    'PATCH',
    /^\/google-sheets\/([\w-]+)\/([^/]+)$/,
    ({ storage, params, body }) => {
      const { spreadsheet, sheet } = sheetOf(storage, params)
      const { set = [], insert, remove } = changed.parse(body)
      for (const [row, column, value] of set) {
        const own = (sheet.rows[row] ??= [])
        while (own.length < column) own.push(null)
        own[column] = value
      }
      const range = (at: number) => ({ sheetId: sheet.sheetId, dimension: 'ROWS', startIndex: at, endIndex: at + 1 })
      if (insert !== undefined) changeSheets(spreadsheet, [{ insertDimension: { range: range(insert) } }])
      if (remove !== undefined) changeSheets(spreadsheet, [{ deleteDimension: { range: range(remove) } }])
      keepSpreadsheet(toolsOf(storage), spreadsheet)
      return sheet.rows
    },
  ],
]

type Storage = Parameters<ControlRoute[2]>[0]['storage']

const toolsOf = (storage: Storage) => createTools(storage, 'google-sheets', () => ({}))

function sheetOf(storage: Storage, [id = '', title = '']: readonly string[]) {
  const spreadsheet = spreadsheetOf(toolsOf(storage), id)
  const sheet = spreadsheet.sheets.find(one => one.title === decodeURIComponent(title))
  if (!sheet) throw notFound()
  return { spreadsheet, sheet }
}
