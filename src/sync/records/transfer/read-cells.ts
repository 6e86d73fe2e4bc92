import { fieldAt } from '../../../catalogue/collections.ts'
import type { FieldType } from '../../../catalogue/collections/shapes.ts'
import type { Values } from '../../../calls/json-write.ts'
import { examineJson } from '../../../json/read-json.ts'
import { unfitIn } from '../unfit.ts'
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
  const [unfit] = unfitIn(collection, patch)
  if (unfit) {
    const { field, path, message } = unfit
    return { column: field, message: path === field ? message : `${path}: ${message}` }
  }
  return { id, patch }
}

const wordsFor: Partial<Record<FieldType, string>> = {
  choice: 'one of its words',
  number: 'a number',
  decimal: 'a number',
  flag: 'true or false',
  date: 'a day, such as 2026-01-31',
  instant: 'a time, such as 2026-01-31T12:00:00Z',
  labels: 'a list of texts as JSON',
  dictionary: 'an object of texts as JSON',
  list: 'a list as JSON',
}

const inJson: ReadonlySet<FieldType> = new Set(['labels', 'dictionary', 'list'])
const flags: Record<string, boolean> = { true: true, false: false, yes: true, no: false, '1': true, '0': false }

/** The value of a cell as its field has it; undefined where it is none. Fields that the hub does not know are texts. */
function readCell(collection: string, path: string, cell: string): unknown {
  const field = fieldAt(collection, path)
  if (!field) return cell
  const value = valueOf(field.type, cell)
  return field.holds(value) ? value : undefined
}

function valueOf(type: FieldType, cell: string): unknown {
  if (type === 'number') return /^-?\d{1,15}(\.\d{1,15})?$/.test(cell) ? Number(cell) : undefined
  if (type === 'flag') return flags[cell.toLowerCase()]
  return inJson.has(type) ? readJson(cell) : cell
}

function readJson(cell: string): unknown {
  try {
    const { value, oddities } = examineJson(cell)
    return oddities.length === 0 ? value : undefined
  } catch {
    return undefined
  }
}

function put(into: Values, [step, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    into[step!] = value
    return
  }
  const inner = (into[step!] ??= {}) as Values
  put(inner, rest, value)
}
