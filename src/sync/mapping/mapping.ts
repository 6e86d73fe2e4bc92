import { fieldAt } from '../../catalogue/collections.ts'
import { stepsOf, valueBehind, type Steps } from '../../calls/json-path.ts'
import { withValue, type Values } from '../../calls/json-write.ts'
import type { FieldMapping, FieldOptions } from '../../catalogue/schema/items/fields.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { tell, tellsWhole, type Told } from './bodies.ts'
import { writerOf } from './canonical-writer.ts'
import { isEmpty, isTold, simpleField, type Field, type Scope, type There } from './field.ts'
import { itemOf, marksOf, type BadItem, type Item } from './items.ts'
import type { Known, MissingReference, UnresolvedReference } from './known.ts'
import { listField } from './lists/list-field.ts'
import { unfit } from './transforms/transform.ts'
import type { Fields } from '../policy.ts'

export { isBadItem, type BadItem, type Item, type LinkErrorCode } from './items.ts'

/** A model made ready: its fields compiled, so that a page of a thousand items maps in a few milliseconds. */
export interface Mapping {
  model: ModelDefinition
  /** The canonical paths. */
  paths: string[]
  /** Those that an update can change at the platform, and those that only the platform changes. */
  writablePaths: string[]
  fixedPaths: string[]
  /** Those that are taken for a new record alone. */
  newPaths: string[]
  /** Fields of which nothing is agreed on, as they lead to another place of the platform's since. */
  remapped: readonly string[]
  /** The models whose items its fields name. */
  references: string[]
  /** @param known records by their items' ids; a reference to anything else is left open */
  itemOf(raw: unknown, known?: Known): Item | BadItem
  /** What an item refers to. */
  referencesOf(raw: unknown): UnresolvedReference[]
  /** What a record refers to, of what the platform is told. */
  namedBy(fields: Fields): MissingReference[]
  /** The mapped fields of a record, by canonical path, in the form in which this platform's values come. */
  fieldsOf(data: unknown): Fields
  /** The mapped fields as canonical JSON. */
  jsonOf(fields: Fields): string
  /** The record's data with these mapped fields, or those of them that are named; other members stay. */
  intoData(data: Values, fields: Fields, paths?: readonly string[]): Values
  /**
   * What the platform is told when the fields go from `before` to `after`. @param known items by the ids of their records
   * @param there the item as it was just read, so that of what is told as a whole nothing is lost
   */
  tell(after: Fields, before: Fields | undefined, known?: Known, there?: There): Told
  /** Whether it may tell lists or objects as a whole. */
  hasWhole: boolean
  /** Whether a body tells lists or objects as a whole. */
  tellsWhole(body: Values): boolean
  /** The body of that; undefined when nothing it takes has changed. */
  bodyOf(after: Fields, before: Fields | undefined): Values | undefined
  /** Those of some fields whose values the platform cannot be told. @param base what it has */
  untold(fields: Fields, paths: readonly string[], base: Fields): string[]
}

const compiled = new WeakMap<ModelDefinition, Mapping>()

export function mappingOf(model: ModelDefinition): Mapping {
  let mapping = compiled.get(model)
  if (!mapping) compiled.set(model, (mapping = compile(model)))
  return mapping
}

function compile(model: ModelDefinition): Mapping {
  const fields = fieldsIn(model)
  const write = writerOf(fields)
  const marks = marksOf(model)
  const referring = fields.filter(({ options }) => referencesIn(options).length > 0)
  const paths = fields.map(field => field.path)
  const pathsOf = (...kinds: (FieldOptions['only'] | undefined)[]) =>
    fields.filter(({ options }) => kinds.includes(options.only)).map(({ path }) => path)
  return {
    model,
    paths,
    writablePaths: pathsOf(undefined),
    fixedPaths: pathsOf('read', 'create'),
    newPaths: pathsOf('new'),
    remapped: [],
    references: [...new Set(referring.flatMap(({ options }) => referencesIn(options)))],
    itemOf: (raw, known) => itemOf(marks, write, raw, known),
    referencesOf(raw) {
      const unresolved: UnresolvedReference[] = []
      for (const field of referring) field.read(raw, { raw, known: undefined, unresolved, at: '' })
      return unresolved
    },
    namedBy(values) {
      const telling = { known: undefined, missing: [] as MissingReference[], at: '' }
      const told = referring.filter(({ path, options }) => isTold(options) && !isEmpty(values[path]))
      for (const field of told) field.write(values[field.path], other => values[other], telling)
      return telling.missing
    },
    fieldsOf: data => fieldsOf(fields, data),
    jsonOf: values => write(field => values[field.path]) ?? '{}',
    intoData: (data, values, named = paths) =>
      fields.reduce(
        (whole, field) => (named.includes(field.path) ? withField(whole, field, values[field.path]) : whole),
        data,
      ),
    tell: (after, before, known, there) => tell(model, fields, after, before, known, there),
    hasWhole: model.update?.replaced !== undefined || fields.some(({ laid }) => laid !== undefined),
    tellsWhole: body => tellsWhole(model, fields, body),
    bodyOf: (after, before) => tell(model, fields, after, before, undefined).body,
    untold: (values, named, base) => (named.length === 0 ? [] : untold(fields, values, named, base)),
  }
}

function fieldsIn({ collection, fields, columns }: ModelDefinition): Field[] {
  const above = columns === undefined ? undefined : stepsOf(columns)
  const byPath = new Map<string, Field>()
  const scope: Scope = {
    valueOf: (path, _raw, reading) => byPath.get(path)?.read(reading.raw, reading),
  }
  return fields.map(mapping => {
    const [path, place, options] = mapping
    const make = options?.each ? listField : simpleField
    const field = inColumns(make(mapping, fieldAt(collection, path), scope), place, above)
    byPath.set(path, field)
    return field
  })
}

/** A field that does not fit where its column is missing: it would be read as empty in every item. */
function inColumns(field: Field, place: FieldMapping[1], above: Steps | undefined): Field {
  if (!above) return field
  const columns = [place]
    .flat()
    .map(stepsOf)
    .filter(steps => steps.length > above.length && above.every((step, index) => steps[index] === step))
    .map(steps => steps.slice(0, above.length + 1))
  if (columns.length === 0) return field
  const isMissing = (raw: unknown) => columns.some(column => valueBehind(raw, column) === undefined)
  return { ...field, read: (raw, reading) => (isMissing(raw) ? unfit : field.read(raw, reading)) }
}

/** The models that a field's value, or those of its list, refer to. */
function referencesIn({ reference, each = [] }: Field['options']): string[] {
  return [reference, ...each.map(([, , options]) => options?.reference)].filter(model => model !== undefined)
}

function fieldsOf(fields: readonly Field[], data: unknown): Fields {
  const values: Fields = {}
  const beside = (path: string) => valueBehind(data, path.split('.'))
  for (const { path, steps, tidied, readsEmpty } of fields) {
    const value = valueBehind(data, steps)
    if (!isEmpty(value)) values[path] = tidied ? tidied(value, beside) : value
    else values[path] = readsEmpty ? tidied?.(value, beside) : undefined
  }
  return values
}

function untold(fields: readonly Field[], values: Fields, named: readonly string[], base: Fields): string[] {
  const beside = (path: string) => values[path]
  const telling = { known: undefined, missing: [], at: '' }
  return fields
    .filter(({ path }) => named.includes(path))
    .filter(field => {
      const value = values[field.path]
      if (field.refuses?.(value, base[field.path])) return true
      return !isEmpty(value) && field.write(value, beside, telling) === unfit
    })
    .map(({ path }) => path)
}

function withField(data: Values, { steps, joinedInto, readsEmpty }: Field, value: unknown): Values {
  if (readsEmpty && isEmpty(valueBehind(data, steps))) return data
  const next = joinedInto ? joinedInto(valueBehind(data, steps), value) : value
  return withValue(data, steps, next)
}
