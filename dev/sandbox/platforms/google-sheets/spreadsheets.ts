import { readJson, sendJson, type Exchange } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import * as api from '../google-api.ts'
import { type Area, rangeText } from './a1.ts'
import { changeSheets } from './changes.ts'
import { invalid, notFound, Refusal } from './refusals.ts'
import { keepSpreadsheet, type Sheet, type Spreadsheet, spreadsheetOf } from './sheet-store.ts'
import { appendValues, gridArea, putValues, shownBy, type Shown, valuesOf } from './values.ts'

type Json = Record<string, unknown>

const at = 'https://www.googleapis.com/auth'
const writing = [`${at}/spreadsheets`, `${at}/drive`, `${at}/drive.file`]
const reading = [`${at}/spreadsheets.readonly`, `${at}/drive.readonly`, ...writing]

/** https://developers.google.com/workspace/sheets/api/reference/rest */
export async function answerSpreadsheets(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res } = exchange
  const isWrite = req.method !== 'GET'
  if (!api.permitted(exchange, tools, isWrite ? writing : reading)) return
  try {
    const body = isWrite ? (((await readJson(req)) ?? {}) as Json) : {}
    sendJson(res, 200, answer(exchange, tools, body))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    sendJson(res, error.code, { error: { code: error.code, message: error.message, status: error.status } })
  }
}

function answer({ req, path, query }: Exchange, tools: Tools, body: Json): unknown {
  const [, id = '', rest = ''] = /^\/v4\/spreadsheets\/([\w-]+)(.*)$/.exec(path) ?? []
  const spreadsheet = spreadsheetOf(tools, id)
  const [, place] = /^\/values\/(.+)$/.exec(rest) ?? []
  const isAppend = req.method === 'POST' && place?.endsWith(':append') === true
  const range = decodeURIComponent((isAppend ? place?.slice(0, -':append'.length) : place) ?? '')
  const as = `${req.method} ${place === undefined ? rest : `/values/{range}${isAppend ? ':append' : ''}`}`
  switch (as) {
    case 'GET ':
      return shownSpreadsheet(spreadsheet)
    case 'GET /values/{range}':
      return read(spreadsheet, range, query)
    case 'GET /values:batchGet':
      return { spreadsheetId: id, valueRanges: query.getAll('ranges').map(text => read(spreadsheet, text, query)) }
    case 'PUT /values/{range}': {
      const shown =
        query.get('includeValuesInResponse') === 'true' ? shownBy(name => query.get(name), 'response') : null
      const one = { range: range, ...body }
      const answered = update(spreadsheet, one, query.get('valueInputOption'), shown)
      keepSpreadsheet(tools, spreadsheet)
      return answered
    }
    case 'POST /values:batchUpdate': {
      const { data, valueInputOption, includeValuesInResponse } = body as Record<string, string> & { data?: Json[] }
      const shown =
        (includeValuesInResponse as unknown) === true ? shownBy(name => body[name] as string, 'response') : null
      const responses = (data ?? []).map(one => update(spreadsheet, one, valueInputOption, shown))
      keepSpreadsheet(tools, spreadsheet)
      return { spreadsheetId: id, totalUpdatedRows: responses.length, responses }
    }
    case 'POST /values/{range}:append': {
      const { sheet, area } = gridArea(spreadsheet, range)
      const [input, insert] = [query.get('valueInputOption'), query.get('insertDataOption')]
      const { table, written } = appendValues(sheet, area, body['values'], input, insert)
      const shown =
        query.get('includeValuesInResponse') === 'true' ? shownBy(name => query.get(name), 'response') : null
      const updates = updated(spreadsheet, sheet, written, shown)
      keepSpreadsheet(tools, spreadsheet)
      return { spreadsheetId: id, ...(table.bottom < table.top ? {} : { tableRange: rangeText(table) }), updates }
    }
    case 'POST :batchUpdate': {
      const replies = changeSheets(spreadsheet, body['requests'])
      keepSpreadsheet(tools, spreadsheet)
      return { spreadsheetId: id, replies }
    }
    default:
      throw notFound()
  }
}

function read(spreadsheet: Spreadsheet, text: string, query: URLSearchParams): unknown {
  if (![null, 'ROWS'].includes(query.get('majorDimension'))) throw invalid('Only rows are played here')
  const { sheet, area } = gridArea(spreadsheet, text)
  return valuesOf(
    sheet,
    area,
    shownBy(name => query.get(name)),
  )
}

function update(
  spreadsheet: Spreadsheet,
  { range, values }: Json,
  input: string | null | undefined,
  shown: Shown | null,
) {
  const { sheet, area } = gridArea(spreadsheet, String(range))
  // A single cell is where the values begin.
  const isOpen = !String(range).includes(':') && area.top === area.bottom && area.left === area.right
  const within = isOpen ? { ...area, bottom: sheet.rowCount - 1, right: sheet.columnCount - 1 } : area
  const written = putValues(sheet, within, values, input)
  return updated(spreadsheet, sheet, isOpen ? written : area, shown)
}

/** All that is in the range that was asked for, not only what was written. */
function updated({ id }: Spreadsheet, sheet: Sheet, area: Area, shown: Shown | null) {
  return {
    ...{ spreadsheetId: id, updatedRange: rangeText(area), updatedRows: area.bottom - area.top + 1 },
    ...(shown === null ? {} : { updatedData: valuesOf(sheet, area, shown) }),
  }
}

function shownSpreadsheet({ id, title, sheets }: Spreadsheet) {
  return {
    spreadsheetId: id,
    properties: { title, locale: 'en_GB', timeZone: 'Etc/UTC' },
    sheets: sheets.map(({ sheetId, title: name, rowCount, columnCount }, index) => ({
      properties: {
        ...{ sheetId, title: name, index, sheetType: 'GRID' },
        gridProperties: { rowCount, columnCount },
      },
    })),
  }
}
