import { fieldAt } from '../../../catalogue/collections.ts'
import type { Values } from '../../../calls/json-write.ts'
import { withoutGuard } from './formulas.ts'

/** What is wrong with a row, and in which of its columns. */
export interface RowFault {
  column: string | null
  message: string
}

/** A row as a change of a record: the `id` that it names, and the fields that are not empty. */
export interface ReadRow {
  id: string | undefined
  patch: Values
}

/** Reads the cells of a row as fields of the collection's kinds; a cell that is empty says nothing. */
export function readRow(collection: string, columns: readonly string[], cells: readonly string[]): ReadRow | RowFault {
  if (cells.length !== columns.length)
    return { column: null, message: `Has ${cells.length} cells, and not ${columns.length}` }
  let id: string | undefined
  const patch: Values = {}
  for (const [index, path] of columns.entries()) {
    const cell = withoutGuard(cells[index]!)
    if (path === '' || cell === '') continue
    if (path === 'id') {
      id = cell
      continue
    }
    const value = readCell(collection, path, cell)
    if (value === undefined)
      return { column: path, message: `Must be ${wordsFor[fieldAt(collection, path)?.type ?? 'text'] ?? 'a text'}` }
    put(patch, path.split('.'), value)
  }
  return { id, patch }
}

const wordsFor: Record<string, string> = { number: 'a number', decimal: 'a number', flag: 'true or false' }

function readCell(collection: string, path: string, cell: string): unknown {
  const type = fieldAt(collection, path)?.type
  if (type === 'number' || type === 'decimal') {
    if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(cell)) return undefined
    return type === 'number' ? Number(cell) : cell
  }
  if (type !== 'flag') return cell
  return { true: true, false: false, yes: true, no: false, '1': true, '0': false }[cell.toLowerCase()]
}

function put(into: Values, [step, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    into[step!] = value
    return
  }
  const inner = (into[step!] ??= {}) as Values
  put(inner, rest, value)
}
