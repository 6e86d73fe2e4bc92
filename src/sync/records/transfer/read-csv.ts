import { setImmediate as turn } from 'node:timers/promises'
import { parse } from 'csv-parse'
import { HubError } from '../../../errors.ts'

const mostRows = 20_000
const rowLength = 1024 * 1024
const pieceLength = 65_536

/** The rows of a CSV (RFC 4180), the one with the names of columns first. @throws HubError `INVALID_REQUEST` */
export async function readCsv(text: string): Promise<string[][]> {
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: true, max_record_size: rowLength })
  const rows: string[][] = []
  // Its own error repeats what it has read.
  const failed = new Promise<never>((_, reject) => {
    parser.once('error', () => reject(refused(`The file is no CSV, after line ${parser.info.lines}.`)))
  })
  const ended = new Promise<void>(resolve => void parser.once('end', resolve))
  parser.on('data', (row: string[]) => {
    if (rows.push(row) > mostRows + 1) parser.destroy(new Error('too many rows'))
  })
  failed.catch(() => undefined)
  for (let at = 0; at < text.length && !parser.destroyed; at += pieceLength) {
    parser.write(text.slice(at, at + pieceLength))
    await turn()
  }
  if (rows.length > mostRows + 1) throw refused(`A file has ${mostRows} rows at most: send several.`)
  parser.end()
  await Promise.race([ended, failed])
  if (rows.length > mostRows + 1) throw refused(`A file has ${mostRows} rows at most: send several.`)
  if (rows.length === 0) throw refused('The file is empty.')
  return rows
}

function refused(message: string): HubError {
  return new HubError('INVALID_REQUEST', { message })
}
