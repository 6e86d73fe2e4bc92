/** The letters of a column from 0: A, B, … AA. */
export function lettersOf(column: number): string {
  const rest = Math.floor(column / 26) - 1
  return (rest < 0 ? '' : lettersOf(rest)) + String.fromCharCode(65 + (column % 26))
}

/** A range of a sheet in A1 notation, such as `'Sheet 1'!A2:C2`; a quote in the sheet's name is doubled. */
export function rangeOf(sheet: string, from: string, to: string): string {
  return `'${sheet.replaceAll("'", "''")}'!${from}:${to}`
}

/** Where a range begins; undefined where it cannot be read. */
export function startOf(range: unknown): { column: string; row: number } | undefined {
  const [, column, row] = (typeof range === 'string' && /!?([A-Z]+)(\d+)(?::[A-Z]+\d+)?$/.exec(range)) || []
  return column === undefined ? undefined : { column, row: Number(row) }
}
