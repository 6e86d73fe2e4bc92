/** Whether a caller would rather have a table than JSON (RFC 9110, 12.5.1): it names text/csv, and JSON not before it. */
export function prefersCsv(accept: string | undefined): boolean {
  const types = (accept ?? '').split(',').map(type => type.split(';')[0]!.trim().toLowerCase())
  const csv = types.indexOf('text/csv')
  const json = types.indexOf('application/json')
  return csv >= 0 && (json < 0 || csv < json)
}
