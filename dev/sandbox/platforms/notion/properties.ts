import { invalid } from './refusals.ts'

export type Json = Record<string, unknown>

/** A column of a data source. https://developers.notion.com/reference/property-object */
export interface Column {
  id: string
  name: string
  type: string
  options?: string[]
}

const longestText = 2000
const longest: Record<string, number> = { url: 2000, email: 200, phone_number: 200 }
const readOnly = new Set(['created_time', 'last_edited_time', 'unique_id', 'formula', 'rollup', 'created_by'])

/** The columns that are written, by their names, as the page then has them. Refuses what the platform does not take. */
export function taken(columns: Column[], said: unknown): Record<string, Json> {
  const written: Record<string, Json> = {}
  for (const [key, value] of Object.entries((said ?? {}) as Json)) {
    const column = columns.find(({ name, id }) => name === key || id === key)
    if (!column) throw invalid(`${key} is not a property that exists.`)
    if (readOnly.has(column.type)) throw invalid(`${key} is read-only and cannot be written.`)
    const inner = (value ?? {}) as Json
    if (!Object.hasOwn(inner, column.type)) throw invalid(`${key} is expected to be ${column.type}.`)
    written[column.name] = { id: column.id, type: column.type, [column.type]: keptValue(column, inner[column.type]) }
  }
  return written
}

function keptValue(column: Column, value: unknown): unknown {
  const { name, type } = column
  const wrong = (what: string) => invalid(`body failed validation: body.properties.${name}.${type} should be ${what}.`)
  if (type === 'title' || type === 'rich_text') {
    if (!Array.isArray(value)) throw wrong('an array')
    if (value.length > 100) throw wrong('an array of length ≤ 100')
    return (value as Json[]).map(piece => keptPiece(piece, wrong))
  }
  if (type === 'checkbox') {
    if (typeof value !== 'boolean') throw wrong('a boolean')
    return value
  }
  if (value === null) return null
  if (type === 'number') {
    if (typeof value !== 'number') throw wrong('a number')
    return value
  }
  if (type === 'select' || type === 'status') return keptOption(column, value, wrong)
  if (type === 'multi_select') {
    if (!Array.isArray(value) || value.length > 100) throw wrong('an array of length ≤ 100')
    return value.map(one => keptOption(column, one, wrong))
  }
  if (type === 'date') {
    const { start, end = null, time_zone = null } = value as Json
    if (typeof start !== 'string' || Number.isNaN(Date.parse(start))) throw wrong('a valid ISO 8601 date string')
    return { start, end, time_zone }
  }
  if (typeof value !== 'string') throw wrong('a string')
  if (value === '' || value.length > (longest[type] ?? longestText))
    throw wrong(`a string of length ≥ 1 and ≤ ${longest[type]}`)
  return value
}

function keptPiece(piece: Json, wrong: (what: string) => Error): Json {
  const { content, link = null } = (piece['text'] ?? {}) as Json
  if (typeof content !== 'string') throw wrong('made of text')
  if (content.length > longestText)
    throw invalid(`text.content.length should be ≤ \`${longestText}\`, instead was \`${content.length}\`.`)
  const annotations = {
    bold: false,
    italic: false,
    strikethrough: false,
    underline: false,
    code: false,
    color: 'default',
  }
  return { type: 'text', text: { content, link }, annotations, plain_text: content, href: null }
}

/** An unknown choice of a select is made as it is used; one of a status is refused. */
function keptOption(column: Column, value: unknown, wrong: (what: string) => Error): Json {
  const { name } = (value ?? {}) as Json
  if (typeof name !== 'string' || name === '') throw wrong('an option with a name')
  if (name.includes(',') || name.length > 100)
    throw invalid('Invalid select option, commas not allowed and at most 100 characters.')
  const options = (column.options ??= [])
  if (!options.includes(name)) {
    if (column.type === 'status') throw invalid(`Invalid status option. Status option "${name}" does not exist".`)
    options.push(name)
  }
  return { id: Buffer.from(name).toString('base64url').slice(0, 8), name, color: 'default' }
}

/** What a column has that nobody has written. */
export function emptyValue({ id, type }: Column): Json {
  const empty =
    type === 'title' || type === 'rich_text' || type === 'multi_select' ? [] : type === 'checkbox' ? false : null
  return { id, type, [type]: empty }
}

export type Plain = string | number | boolean | string[] | null

/** What a value is filtered and sorted by. */
export function plainValue(value: Json | undefined): Plain {
  const type = String(value?.['type'])
  const inner = value?.[type]
  if (type === 'title' || type === 'rich_text') return (inner as Json[]).map(({ plain_text }) => plain_text).join('')
  if (type === 'select' || type === 'status') return ((inner as Json | null)?.['name'] ?? null) as Plain
  if (type === 'multi_select') return (inner as Json[]).map(({ name }) => name as string)
  if (type === 'date') return ((inner as Json | null)?.['start'] ?? null) as Plain
  return (inner ?? null) as Plain
}
