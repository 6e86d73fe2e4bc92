import type { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { HubError } from '../../../errors.ts'
import { examineJson } from '../../../json/read-json.ts'
import { rowBytes } from '../policy.ts'
import { externalIdIn } from '../row-shape.ts'
import { columnsOf, rowOfCells } from './csv-columns.ts'

/** A row as it is to be sealed: its JSON, and the one part of it that is no secret. */
export interface RawRow {
  text: string
  externalId: string | null
}

/**
 * The rows of a file, read as they arrive. @throws HubError `INVALID_REQUEST` for what is no such file, naming no part of it;
 * `BODY_TOO_LARGE`
 */
export function rowsOfFile(format: 'jsonl' | 'csv', bytes: AsyncIterable<Buffer>): AsyncGenerator<RawRow> {
  return format === 'csv' ? rowsOfCsv(textsOf(bytes)) : rowsOfLines(textsOf(bytes))
}

/** The same stream with an end: more bytes than so many are refused. @throws HubError `BODY_TOO_LARGE` */
export async function* bounded(stream: Readable, most: number): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > most) throw new HubError('BODY_TOO_LARGE', { message: `A file has ${most} bytes at most.` })
    yield chunk
  }
}

/** What arrives as text, without a byte order mark. */
async function* textsOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (chunk?: Buffer) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
    } catch {
      throw refused('The file is not UTF-8.')
    }
  }
  for await (const chunk of bytes) yield decode(chunk)
  yield decode()
}

async function* rowsOfLines(texts: AsyncIterable<string>): AsyncGenerator<RawRow> {
  let [rest, number] = ['', 0]
  for await (const text of texts) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    if (rest.length > rowBytes) throw tooLong(number + lines.length + 1)
    for (const line of lines) {
      number += 1
      if (line.length > rowBytes) throw tooLong(number)
      if (line.trim() !== '') yield rawRow(line.trim())
    }
  }
  if (rest.trim() !== '') yield rawRow(rest.trim())
}

function rawRow(text: string): RawRow {
  try {
    return { text, externalId: externalIdIn(examineJson(text).value) }
  } catch {
    // What is wrong with it is told with its row.
    return { text, externalId: null }
  }
}

async function* rowsOfCsv(texts: AsyncIterable<string>): AsyncGenerator<RawRow> {
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: true, max_record_size: rowBytes })
  const fed = feed(texts, parser)
  // Its failure comes out of the parser.
  fed.catch(() => undefined)
  let columns: string[][] | undefined
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (!columns) {
        columns = columnsOf(cells)
        continue
      }
      const value = rowOfCells(columns, cells)
      yield { text: JSON.stringify(value), externalId: externalIdIn(value) }
    }
  } catch (error) {
    if (error instanceof HubError) throw error
    // The parser's own error repeats what it has read.
    throw refused(`The file is no CSV, after line ${parser.info.lines}: a quote that does not end, or too long a row.`)
  } finally {
    parser.destroy()
  }
  if (!columns) throw refused('The file is empty.')
}

async function feed(texts: AsyncIterable<string>, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const text of texts) {
      if (parser.destroyed) return
      if (!parser.write(text)) await roomIn(parser)
    }
    parser.end()
  } catch (error) {
    parser.destroy(error as Error)
  }
}

function roomIn(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise(resolve => {
    const go = () => {
      for (const name of ['drain', 'close', 'error']) parser.off(name, go)
      resolve()
    }
    for (const name of ['drain', 'close', 'error']) parser.once(name, go)
  })
}

const tooLong = (number: number) => refused(`Line ${number} is longer than ${rowBytes} characters.`)

function refused(message: string): HubError {
  return new HubError('INVALID_REQUEST', { message })
}
