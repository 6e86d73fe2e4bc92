import { collectionOf } from '../../../catalogue/collections.ts'
import { HubError } from '../../../errors.ts'
import type { RecordRow } from '../../links/link-store.ts'

/** Columns of a record itself; an import knows records by the first, and passes over the others. */
export const ownColumns = ['id', 'version', 'createdAt', 'updatedAt', 'deletedAt'] as const

const mostColumns = 200
const pathForm = /^[A-Za-z_][\w-]{0,99}(\.[\w-]{1,100}){0,7}$/

/** Whether a text is the way to a field that a column may hold: none inside a list. */
export function isFieldPath(path: string): boolean {
  return pathForm.test(path) && !path.split('.').some(step => step === '__proto__' || /^\d+$/.test(step))
}

/** The fields of one of the hub's own collections, flattened; undefined of a collection that a workspace has made up. */
export function knownFields(collection: string): string[] | undefined {
  const own = collectionOf(collection)
  return own && Object.keys(own.fields)
}

/** The fields that records hold, in the order in which they are met: lists are one field each. */
export function heldFields(records: readonly RecordRow[]): string[] {
  const found = new Set<string>()
  const collect = (value: unknown, path: string): void => {
    if (found.size >= mostColumns) return
    if (!isObject(value)) return void (isFieldPath(path) && found.add(path))
    for (const [name, member] of Object.entries(value)) collect(member, path === '' ? name : `${path}.${name}`)
  }
  for (const record of records) collect(record.data, '')
  return [...found]
}

/** A column of an export. */
export interface Column {
  name: string
  /** It is the record's own, and no field of its data. */
  isOwn: boolean
}

/** The columns of a table with these fields: before them those of the record itself, but what a field is called as well. */
export function withOwn(fields: readonly string[]): Column[] {
  const own = ownColumns.filter(name => !fields.includes(name))
  return [...own.map(name => ({ name, isOwn: true })), ...fields.map(name => ({ name, isOwn: false }))]
}

/** The columns that somebody names. */
export function namedColumns(collection: string, names: readonly string[]): Column[] {
  const known = knownFields(collection) ?? []
  return names.map(name => ({ name, isOwn: (ownColumns as readonly string[]).includes(name) && !known.includes(name) }))
}

/** What stands in a column of a record: texts as they are, lists and objects as JSON. */
export function cellOf(record: RecordRow, { name, isOwn }: Column): string | number | null {
  switch (isOwn ? name : '') {
    case 'id':
      return record.id
    case 'version':
      return record.version
    case 'createdAt':
      return record.created_at.toISOString()
    case 'updatedAt':
      return record.updated_at.toISOString()
    case 'deletedAt':
      return record.deleted_at?.toISOString() ?? null
  }
  const value = valueAt(record.data, name)
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number') return value
  return JSON.stringify(value)
}

export function valueAt(data: unknown, path: string): unknown {
  let at = data
  for (const step of path.split('.')) at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined
  return at
}

/**
 * What the columns of a file are, by its first row: the way to a field each, or `id`. A name is a field's own, or close enough to that of
 * one of the collection's (`E-Mail`, `display name`), or what `named` says it is; '' for one that is passed over.
 * @throws HubError `INVALID_REQUEST` for a column that is nothing
 */
export function columnsOf(
  collection: string,
  names: readonly string[],
  named: Readonly<Record<string, string>>,
): string[] {
  const known = new Map((knownFields(collection) ?? []).map(path => [plain(path), path]))
  const columns = names.map(name => {
    const given = name.trim()
    if (Object.hasOwn(named, given)) return named[given]!
    if (given === 'id') return given
    if ((ownColumns as readonly string[]).includes(given) && !known.has(plain(given))) return ''
    return known.get(plain(given)) ?? given
  })
  const odd = columns.flatMap((path, index) =>
    path === '' || isFieldPath(path)
      ? []
      : [{ path: `column ${index + 1}`, message: 'Is no field: say with `columns` which it is' }],
  )
  const used = columns.filter(path => path !== '')
  for (const [index, path] of columns.entries()) {
    const clash =
      path !== '' &&
      columns.some((other, n) => n !== index && (other === path ? n < index : other.startsWith(`${path}.`)))
    if (clash)
      odd.push({ path: `column ${index + 1}`, message: 'Another column holds the same field, or a part of it' })
  }
  if (used.length > mostColumns) odd.push({ path: 'columns', message: `${mostColumns} columns at most` })
  if (odd.length > 0) {
    throw new HubError('INVALID_REQUEST', {
      message: 'The first row must name the columns.',
      details: odd.slice(0, 20),
    })
  }
  return columns
}

const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}.]/gu, '')

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
