/** Whether a caller would rather have a table than JSON (RFC 9110, 12.5.1): it names text/csv, and JSON not before it. */
export function prefersCsv(accept: string | undefined): boolean {
  const types = (accept ?? '').split(',').map(type => type.split(';')[0]!.trim().toLowerCase())
  const csv = types.indexOf('text/csv')
  const json = types.indexOf('application/json')
  return csv >= 0 && (json < 0 || csv < json)
}

type Cell = string | number | null

/** Rows as CSV (RFC 4180), with a line of names first. What a spreadsheet would take for a formula has an apostrophe before it. */
export function csvOf(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [names, ...rows].map(row => `${row.map(cellOf).join(',')}\r\n`).join('')
}

function cellOf(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
