import { fieldType } from '../../catalogue/collections.ts'
import { hasExactNumber } from '../../json/exact-number.ts'
import { hasOddText, textOddity } from '../../json/oddities.ts'
import { stepsOf, textOf, valueAt, valueBehind, type Steps } from '../../calls/json-path.ts'
import { isPathSegment } from '../../calls/path-segment.ts'
import type { FieldOptions, ModelDefinition, TransformName } from '../../catalogue/schema/models.ts'
import { setAt, withValue, type Values } from '../../calls/json-write.ts'
import { hashTextOf, sameValue } from './canonical.ts'
import { isoInstant, unixInstant } from './instant.ts'
import { idReader } from './item-id.ts'
import type { Fields } from '../policy.ts'

/** An item of the platform's as the hub sees it. */
export interface Item {
  externalId: string
  version: string | null
  /** Its mapped fields as canonical JSON, and the hash of that, each byte as a character. */
  json: string
  hash: string
  /** It counts as deleted. */
  isDeleted: boolean
  updatedAt: Date | undefined
}

/** One item of a page that cannot be a record, and why. */
export interface BadItem {
  externalId: string | null
  errorCode: LinkErrorCode
}

/** Why a link is in error. */
export type LinkErrorCode =
  | 'INVALID_ITEM'
  | 'DUPLICATE'
  | 'PROVIDER_REJECTED'
  | 'PROVIDER_ERROR'
  | 'NOT_SETTLED'
  /** Nobody knows whether an item was made, or it is another record's already: a person decides. */
  | 'WRITE_UNSURE'
  | 'LINKED_ELSEWHERE'
  /** Several records may be the item's, or several items the record's: a person decides. */
  | 'AMBIGUOUS_MATCH'

/** A model made ready: its fields compiled, so that a page of a thousand items maps in a few milliseconds. */
export interface Mapping {
  model: ModelDefinition
  /** The canonical paths. */
  paths: string[]
  /** Those that an update can change at the platform, and those that only the platform changes. */
  writablePaths: string[]
  fixedPaths: string[]
  itemOf(raw: unknown): Item | BadItem
  /** The mapped fields of a record, by canonical path. */
  fieldsOf(data: unknown): Fields
  /** The mapped fields as canonical JSON. */
  jsonOf(fields: Fields): string
  /** The record's data with these mapped fields; other members stay. */
  intoData(data: Values, fields: Fields): Values
  /** What the platform is told when the fields go from `before` to `after`; undefined when nothing it takes has changed. */
  bodyOf(after: Fields, before: Fields | undefined): Values | undefined
}

export function isBadItem(item: Item | BadItem): item is BadItem {
  return 'errorCode' in item
}

interface Field {
  path: string
  steps: string[]
  type: 'string' | 'number' | 'boolean' | undefined
  provider: string
  providerSteps: Steps
  options: FieldOptions
}

const transforms: Record<TransformName, { in(value: unknown): unknown; out(value: unknown): unknown }> = {
  'lower-case-code': {
    in: value => (typeof value === 'string' ? value.toUpperCase() : value),
    out: value => (typeof value === 'string' ? value.toLowerCase() : value),
  },
}

const maxJsonLength = 1024 * 1024
const maxIdLength = 512
const compiled = new WeakMap<ModelDefinition, Mapping>()

export function mappingOf(model: ModelDefinition): Mapping {
  let mapping = compiled.get(model)
  if (!mapping) compiled.set(model, (mapping = compile(model)))
  return mapping
}

function compile(model: ModelDefinition): Mapping {
  const fields: Field[] = model.fields.map(([path, provider, options = {}]) => ({
    path,
    steps: path.split('.'),
    type: fieldType(model.collection, path),
    provider,
    providerSteps: stepsOf(provider),
    options,
  }))
  const write = writerOf(fields, [])
  const marks = marksOf(model)
  return {
    model,
    paths: fields.map(field => field.path),
    writablePaths: fields.filter(field => field.options.only === undefined).map(field => field.path),
    fixedPaths: fields.filter(field => field.options.only !== undefined).map(field => field.path),
    itemOf: raw => itemOf(marks, write, raw),
    fieldsOf: data => Object.fromEntries(fields.map(({ path }) => [path, presentValue(valueAt(data, path))])),
    jsonOf: values => write(field => values[field.path]) ?? '{}',
    intoData: (data, values) => fields.reduce((whole, { path, steps }) => withValue(whole, steps, values[path]), data),
    bodyOf: (after, before) => bodyOf(model, fields, after, before),
  }
}

type Reader = (field: Field) => unknown
type Writer = (read: Reader) => string | undefined

/**
 * Writes canonical JSON straight from a reader, in one pass over the fields in the order of their keys. It is the inner
 * loop of every pull: half the time of building objects first.
 */
function writerOf(fields: Field[], prefix: string[]): Writer {
  const depth = prefix.length
  const keys = [...new Set(fields.map(field => field.steps[depth]!))].sort()
  const members = keys.map(key => {
    const below = fields.filter(field => field.steps[depth] === key)
    const leaf = below.find(field => field.steps.length === depth + 1)
    const inner = leaf ? undefined : writerOf(below, [...prefix, key])
    return { label: `${JSON.stringify(key)}:`, leaf, inner }
  })
  return read => {
    let text = ''
    for (const { label, leaf, inner } of members) {
      const value = leaf ? jsonOfValue(read(leaf)) : inner!(read)
      if (value !== undefined) text += text === '' ? label + value : `,${label}${value}`
    }
    return text === '' && depth > 0 ? undefined : `{${text}}`
  }
}

/** Texts that JSON writes as they are, which is seen in half the time that writing them takes. */
const plainText = /^[ !#-[\]-~]*$/

function jsonOfValue(value: unknown): string | undefined {
  if (typeof value === 'string' && plainText.test(value)) return `"${value}"`
  return value === undefined || value === null ? undefined : JSON.stringify(value)
}

class UnfitValue extends Error {}

/** Where an item says what it is, how new, and whether it is gone. */
interface Marks {
  id(raw: unknown): string | undefined
  version: readonly string[] | undefined
  updatedAt: { steps: readonly string[]; read(value: unknown): Date | undefined } | undefined
  gone: readonly { steps: readonly string[]; equals: unknown }[]
}

function marksOf({ version, updatedAt, gone = [], ...model }: ModelDefinition): Marks {
  return {
    id: idReader(model),
    version: version === undefined ? undefined : stepsOf(version),
    updatedAt: updatedAt && {
      steps: stepsOf(updatedAt.path),
      read: value => {
        if (updatedAt.format === 'unix-seconds') return unixInstant(value)
        return typeof value === 'string' ? isoInstant(value, updatedAt.zone) : undefined
      },
    },
    gone: gone.map(({ path, equals }) => ({ steps: stepsOf(path), equals })),
  }
}

function itemOf(marks: Marks, write: Writer, raw: unknown): Item | BadItem {
  const externalId = marks.id(raw)
  if (externalId === undefined || !isId(externalId)) {
    return { externalId: null, errorCode: 'INVALID_ITEM' }
  }
  const isDeleted = marks.gone.some(({ steps, equals }) => valueBehind(raw, steps) === equals)
  const version = marks.version === undefined ? null : (textOf(valueBehind(raw, marks.version)) ?? null)
  try {
    const json = write(field => canonicalValue(field, raw)) ?? '{}'
    // Postgres keeps no NUL in text, nor half a surrogate pair.
    if (json.length > maxJsonLength || hasOddText(json) || textOddity(version ?? '')) {
      return { externalId, errorCode: 'INVALID_ITEM' }
    }
    const updatedAt = marks.updatedAt?.read(valueBehind(raw, marks.updatedAt.steps))
    return { externalId, version, json, hash: hashTextOf(json), isDeleted, updatedAt }
  } catch (error) {
    if (error instanceof UnfitValue) return { externalId, errorCode: 'INVALID_ITEM' }
    throw error
  }
}

function canonicalValue(field: Field, raw: unknown): unknown {
  const value = valueBehind(raw, field.providerSteps)
  if (value === undefined || value === null || value === '') return undefined
  const own = field.options.transform === undefined ? value : transforms[field.options.transform].in(value)
  // A record's data holds numbers as doubles: no digit is changed in silence.
  if ((field.type !== undefined && typeof own !== field.type) || hasExactNumber(own)) throw new UnfitValue()
  return own
}

function isId(text: string): boolean {
  return text.length <= maxIdLength && !textOddity(text) && isPathSegment(text)
}

function bodyOf(model: ModelDefinition, fields: Field[], after: Fields, before: Fields | undefined) {
  const writable = fields.filter(({ options }) =>
    before === undefined ? options.only !== 'read' : options.only === undefined,
  )
  const isSame = (path: string) => before !== undefined && sameValue(after[path], before[path])
  const changed = writable.filter(({ path }) => !isSame(path) && (before !== undefined || !isEmpty(after[path])))
  if (changed.length === 0) return undefined
  // Platforms replace a nested object as a whole: what stands beside a changed member is said again.
  const roots = new Set(changed.map(field => field.providerSteps[0]))
  let body: Values = {}
  for (const field of writable.filter(candidate => roots.has(candidate.providerSteps[0]))) {
    const value = after[field.path]
    if (!isEmpty(value)) {
      const { transform } = field.options
      body = withValue(body, field.providerSteps, transform === undefined ? value : transforms[transform].out(value))
    } else if (!isEmpty(before?.[field.path])) {
      body = setAt(body, field.providerSteps, model.update?.cleared ?? null)
    }
  }
  return Object.keys(body).length === 0 ? undefined : body
}

/** Platforms write an empty field in three ways; here it is simply not there. */
function presentValue(value: unknown): unknown {
  return isEmpty(value) ? undefined : value
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
