import { type Area, areaOf, lettersOf, rangeText } from './a1.ts'
import { invalid } from './refusals.ts'
import { type Cell, isBlank, type Sheet, type Spreadsheet } from './sheet-store.ts'

// https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values

/** How values are shown, by the parameters of a call, of which some begin with `response`. */
export interface Shown {
  value: string
  date: string
}

export function shownBy(of: (name: string) => string | null | undefined, prefix = ''): Shown {
  const named = (name: string) => (prefix === '' ? name : prefix + name[0]!.toUpperCase() + name.slice(1))
  const value = of(named('valueRenderOption')) ?? 'FORMATTED_VALUE'
  const date = of(named('dateTimeRenderOption')) ?? 'SERIAL_NUMBER'
  if (!['FORMATTED_VALUE', 'UNFORMATTED_VALUE', 'FORMULA'].includes(value))
    throw invalid(`Invalid value at '${named('valueRenderOption')}', "${value}"`)
  return { value, date }
}

/** A range within the sheet's grid; what begins beyond it is refused. */
export function gridArea(spreadsheet: Spreadsheet, text: string): { sheet: Sheet; area: Area } {
  const titles = spreadsheet.sheets.map(({ title }) => title)
  const area = areaOf(text, titles)
  const sheet = spreadsheet.sheets.find(({ title }) => title === area.title)!
  const { rowCount, columnCount } = sheet
  if (area.top >= rowCount || area.left >= columnCount)
    throw invalid(`Range (${text}) exceeds grid limits. Max rows: ${rowCount}, max columns: ${columnCount}`)
  const [bottom, right] = [Math.min(area.bottom, rowCount - 1), Math.min(area.right, columnCount - 1)]
  return { sheet, area: { ...area, bottom, right } }
}

/** Empty rows and cells at the end are left out, and so is a list that has none. */
export function valuesOf(sheet: Sheet, area: Area, shown: Shown): Record<string, unknown> {
  const rows = sheet.rows.slice(area.top, area.bottom + 1).map(row => {
    const cells = row.slice(area.left, area.right + 1)
    return cells.slice(0, cells.findLastIndex(cell => !isBlank(cell)) + 1).map(cell => shownCell(cell, shown))
  })
  while (rows.length > 0 && rows.at(-1)!.length === 0) rows.pop()
  return { range: rangeText(area), majorDimension: 'ROWS', ...(rows.length === 0 ? {} : { values: rows }) }
}

function shownCell(cell: Cell, { value, date }: Shown): unknown {
  if (isBlank(cell)) return ''
  const isPlain = value === 'FORMATTED_VALUE'
  if (typeof cell === 'object')
    return isPlain || date === 'FORMATTED_STRING'
      ? dayText((cell as { day: number }).day)
      : (cell as { day: number }).day
  if (!isPlain || typeof cell === 'string') return cell
  return typeof cell === 'boolean' ? String(cell).toUpperCase() : String(cell)
}

/** As the spreadsheet's locale has it. */
function dayText(day: number): string {
  const iso = new Date((day - 25_569) * 86_400_000).toISOString()
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(0, 4)}`
}

const longestCell = 50_000

/** Writes values from the first cell of an area: null leaves a cell as it is, an empty text empties it. */
export function putValues(sheet: Sheet, area: Area, values: unknown, input: string | null | undefined): Area {
  if (input === null || input === undefined) throw invalid("'valueInputOption' is required but not specified")
  if (!['RAW', 'USER_ENTERED'].includes(input)) throw invalid(`Invalid value at 'value_input_option', "${input}"`)
  if (!Array.isArray(values) || !values.every(Array.isArray)) throw invalid('Invalid value at data.values')
  const rows = values as unknown[][]
  const width = Math.max(0, ...rows.map(row => row.length))
  const name = `${rangeText(area)}`
  if (area.top + rows.length - 1 > area.bottom)
    throw invalid(`Requested writing within range [${name}], but tried writing to row [${area.bottom + 2}]`)
  if (area.left + width - 1 > area.right)
    throw invalid(
      `Requested writing within range [${name}], but tried writing to column [${lettersOf(area.right + 1)}]`,
    )
  for (const [down, row] of rows.entries()) {
    for (const [across, value] of row.entries()) {
      if (value === null) continue
      const own = (sheet.rows[area.top + down] ??= [])
      const at = area.left + across
      while (own.length < at) own.push(null)
      own[at] = written(value, own[at], input, `values[${down}][${across}]`)
    }
  }
  for (let row = 0; row < sheet.rows.length; row++) sheet.rows[row] ??= []
  return { ...area, bottom: area.top + Math.max(rows.length, 1) - 1, right: area.left + Math.max(width, 1) - 1 }
}

function written(value: unknown, before: Cell | undefined, input: string, at: string): Cell {
  if (!['string', 'number', 'boolean'].includes(typeof value)) throw invalid(`Invalid ${at}: struct_value`)
  if (typeof value === 'string' && value.length > longestCell)
    throw invalid('Your input contains more than the maximum of 50000 characters in a single cell.')
  // A cell that shows a date goes on to do so.
  const isDay = typeof before === 'object' && before !== null
  if (typeof value === 'number') return isDay ? { day: value } : value
  if (input === 'RAW' || typeof value === 'boolean') return value as Cell
  const text = value as string
  if (/^\s*[-+]?\d+(\.\d+)?\s*$/.test(text)) return Number(text)
  return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text
}

/**
 * Appends rows behind the table that a range touches. `INSERT_ROWS` moves what is below down.
 * https://developers.google.com/workspace/sheets/api/guides/values#append_values
 */
export function appendValues(
  sheet: Sheet,
  area: Area,
  values: unknown,
  input: string | null,
  insert: string | null,
): { table: Area; written: Area } {
  const table = tableAt(sheet, area)
  const count = Array.isArray(values) ? values.length : 0
  const top = table.bottom + 1
  if (insert === 'INSERT_ROWS' && top < sheet.rows.length)
    sheet.rows.splice(top, 0, ...Array.from({ length: count }, () => []))
  if (insert === 'INSERT_ROWS') sheet.rowCount += count
  sheet.rowCount = Math.max(sheet.rowCount, top + count)
  const place = { ...area, top, left: table.left, bottom: top + count - 1, right: sheet.columnCount - 1 }
  return { table, written: putValues(sheet, place, values, input) }
}

/** What is around a range without an empty row or column between. */
function tableAt(sheet: Sheet, area: Area): Area {
  const isUsed = (row: number, left: number, right: number) =>
    (sheet.rows[row] ?? []).slice(Math.max(0, left), right + 1).some(cell => !isBlank(cell))
  let { top, left, bottom, right } = area
  if (!sheet.rows.slice(top, bottom + 1).some((_, index) => isUsed(top + index, left, right)))
    return { ...area, bottom: top - 1, right: left }
  while (!isUsed(top, left, right)) top++
  bottom = top
  for (let isGrown = true; isGrown;) {
    isGrown = false
    if (isUsed(bottom + 1, left - 1, right + 1)) [bottom, isGrown] = [bottom + 1, true]
    const column = (at: number) => at >= 0 && sheet.rows.slice(top, bottom + 1).some(row => !isBlank(row[at]))
    while (column(left - 1)) [left, isGrown] = [left - 1, true]
    while (column(right + 1)) [right, isGrown] = [right + 1, true]
  }
  const column = (at: number) => sheet.rows.slice(top, bottom + 1).some(row => !isBlank(row[at]))
  while (left < right && !column(left)) left++
  return { ...area, top, left, bottom, right }
}
