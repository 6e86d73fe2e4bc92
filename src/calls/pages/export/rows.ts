import type { ExportDefinition } from '../../../catalogue/schema/items/export.ts'
import { readJson } from '../../../json/read-json.ts'
import { strictTextOf } from '../../../json/text-of.ts'
import { stepsOf, textAt } from '../../json-path.ts'
import { setAt, type Values } from '../../json-write.ts'
import { NoExport } from './no-export.ts'

/** What some bytes of a file hold. */
export interface Rows {
  items: unknown[]
  /** So many bytes are whole items: behind them the rest is read. */
  used: number
}

interface Group {
  item: Values
  id: string | undefined
  parts: Values[]
}

const lineEnd = 0x0a

/**
 * The items of some lines of newline-delimited JSON, each with the parts that follow it. The last one is left to the next bytes
 * while more of it may come.
 * @param idPath where an item's id is, by which its parts name it
 * @throws NoExport for what is no such file
 */
export function rowsIn(bytes: Buffer, isEnd: boolean, idPath: string, { nested }: ExportDefinition['file']): Rows {
  const groups: Group[] = []
  let used = 0
  for (let from = 0; from < bytes.length;) {
    const at = bytes.indexOf(lineEnd, from)
    if (at < 0 && !isEnd) break
    const to = at < 0 ? bytes.length : at
    const row = rowOf(bytes.subarray(from, to))
    const parent = row && nested && row[nested.parent]
    if (row && parent !== undefined && parent !== null) {
      const group = groups.at(-1)
      if (group?.id === undefined || group.id !== textAt(row, nested!.parent)) throw new NoExport('file_unreadable')
      const { [nested!.parent]: _parent, ...part } = row
      group.parts.push(part)
    } else if (row) {
      if (nested) used = from
      groups.push({ item: row, id: textAt(row, idPath), parts: [] })
    }
    from = to + 1
    if (!nested || isEnd) used = Math.min(from, bytes.length)
  }
  if (nested && !isEnd) groups.pop()
  return { items: groups.map(({ item, parts }) => (nested ? setAt(item, stepsOf(nested.at), parts) : item)), used }
}

/** The object in a line; undefined for an empty one. */
function rowOf(line: Buffer): Values | undefined {
  const text = strictTextOf(line)
  if (text?.trim() === '') return undefined
  try {
    const row = text === undefined ? undefined : readJson(text)
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Values
  } catch {
    // No JSON at all.
  }
  throw new NoExport('file_unreadable')
}
