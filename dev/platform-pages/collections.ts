import { collections } from '../../src/catalogue/collections.ts'
import type { Collection, CollectionField, FieldType } from '../../src/catalogue/collections/shapes.ts'
import { platforms } from '../../src/catalogue/platforms/index.ts'
import { code, table } from './words.ts'

export const collectionsPage = 'docs/collections.md'

/** What a value of each type is, as the page tells it. */
const types: Record<FieldType, string> = {
  text: 'A text',
  choice: 'One of the words that its description names',
  decimal: 'A decimal number as text, such as `"12.50"`: money, quantities, rates',
  number: 'A number that counts, and that is no money',
  flag: '`true` or `false`',
  date: 'A day: `"2026-01-31"`',
  instant: 'An instant: ISO 8601 with an offset, such as `"2026-01-31T09:30:00.000Z"`',
  reference: 'The id of a record of the collection that stands with it',
  labels: 'A list of texts',
  dictionary: 'Texts by name',
  list: 'A list of objects, whose members stand below it with `[]`. A change of one is a change of the whole list',
}

/** The page that says what records of the hub's own collections hold. */
export function collectionsText(): string {
  const rows = Object.entries(types).map(([type, says]) => [code(type), says])
  return [
    '# Collections',
    '<!-- Written by dev/describe-platforms.ts from src/catalogue/collections: change it there. -->',
    "A collection is the hub's own shape of one kind of record: it is the same whichever platform a record came from. [How fields are mapped](sync/mapping.md) tells what leads to it, and [records](records.md) how it is read and written.",
    'Any field may be missing, and `null` means the same. A dot leads into an object: `address.city` is `{"address": {"city": …}}`. A record may hold other fields too, which no platform is told of unless a sync maps them; so may a collection with a name of your own, of which the hub knows no fields.',
    table(['Type', 'What it is'], rows),
    ...Object.entries(collections).flatMap(([name, collection]) => sectionOf(name, collection)),
  ].join('\n\n')
}

function sectionOf(name: string, { description, fields }: Collection): string[] {
  const users = platforms.filter(({ models = {} }) => Object.values(models).some(model => model.collection === name))
  const links = users.map(({ id, name: title }) => `[${title}](providers/${id}.md)`)
  return [
    `## ${name}`,
    `${description}.${links.length > 0 ? ` Synced by default with ${links.join(', ')}.` : ''}`,
    table(['Field', 'Type', 'What it is'], rowsOf(fields)),
  ]
}

function rowsOf(fields: Record<string, CollectionField>, before = ''): string[][] {
  return Object.entries(fields).flatMap(([path, field]) => [
    [code(before + path), typeOf(field), field.description],
    ...(field.fields ? rowsOf(field.fields, `${before}${path}[].`) : []),
  ])
}

function typeOf({ type, to }: CollectionField): string {
  return to === undefined ? code(type) : `${code(type)} to [${to}](#${to})`
}
