import type { CollectionField } from '../../catalogue/collections/shapes.ts'
import type { FieldMapping, FieldOptions } from '../../catalogue/schema/items/fields.ts'
import { stepsOf, textOf, valueBehind, type Steps } from '../../calls/json-path.ts'
import { hasExactNumber } from '../../json/exact-number.ts'
import { fieldName, type Known, type MissingReference, type Reading, type Telling } from './known.ts'
import { laidSole } from './lists/lay-sole.ts'
import { transformOf } from './transforms/find.ts'
import { unfit, type Beside, type Transform } from './transforms/transform.ts'

/** What writing comes to while the record that a reference names is not at the platform. */
export const missing = Symbol('missing')

/** A field made ready: how it is read from an item, and what the platform is told of it. */
export interface Field {
  /** The canonical path. */
  path: string
  steps: Steps
  options: FieldOptions
  /** Where what is written goes: several places for a `join`. */
  targets: readonly Steps[]
  /** The canonical value in an item; undefined where there is none, `unfit` where there is another thing. */
  read(raw: unknown, reading: Reading): unknown
  /** What the platform is told of a canonical value: for several targets a list. Or `unfit`, or `missing`. */
  write(value: unknown, beside: Beside, telling: Telling): unknown
  /** The same of a list that the platform takes as a whole and has one of already: what it alone knows of that stays. */
  laid?: (value: unknown, beside: Beside, telling: Telling, there: There) => unknown
  /** Whether the platform cannot be brought from a value that it has to another, as where nothing can be taken out of a list. */
  refuses?: (value: unknown, base: unknown) => boolean
  /** A record's value in the form in which this platform's value would come back; undefined where that is the same. */
  tidied?: (value: unknown, beside: Beside) => unknown
  /** What a list of a record becomes by one that came: members that are not mapped stay with their objects. */
  joinedInto?: (old: unknown, value: unknown) => unknown
  /** Its empty form at the platform is an empty list. */
  isList: boolean
  readsEmpty: boolean
  saysOfEmpty: boolean
}

/** An item as the platform has it before it is changed, and the records of what it refers to. */
export interface There {
  raw: unknown
  known: Known | undefined
}

/** Where the fields beside one are found. */
export interface Scope {
  /** The canonical value of a field of the same object, or else of the item around it. */
  valueOf(path: string, raw: unknown, reading: Reading): unknown
}

const nothingBeside: Beside = () => undefined

/** A field that is no list. */
export function simpleField(
  [path, provider, options = {}]: FieldMapping,
  shape: CollectionField | undefined,
  scope: Scope,
): Field {
  const places = typeof provider === 'string' ? [provider] : provider
  const transform = options.transform === undefined ? undefined : transformOf(options.transform, places.length)
  const said = Object.keys(options.also ?? {})
  const targets = [...(options.written === undefined ? places : [options.written]), ...said].map(stepsOf)
  const read = readerOf(places.map(stepsOf), options, transform, shape, scope, path)
  const write = writerTo(options, transform, path)
  const laid = laidWriter(options, places, write)
  return {
    ...{ path, steps: stepsOf(path), options, targets, read, write },
    ...(laid ? { laid } : {}),
    ...(transform ? { tidied: (value, beside) => tidied(transform, value, beside) } : {}),
    isList: shape?.type === 'labels' || (transform?.isList ?? false),
    readsEmpty: transform?.readsEmpty ?? false,
    saysOfEmpty: transform?.saysOfEmpty ?? false,
  }
}

function readerOf(
  places: readonly Steps[],
  options: FieldOptions,
  transform: Transform | undefined,
  shape: CollectionField | undefined,
  scope: Scope,
  path: string,
): Field['read'] {
  const { nothing, reference } = options
  const [steps] = places as [Steps]
  const fits = (value: unknown) => (shape ? shape.holds(value) : !hasExactNumber(value))
  const isNothing = (value: unknown) => isEmpty(value) || (nothing !== undefined && value === nothing)
  if (!transform) {
    if (reference !== undefined)
      return (raw, reading) => referenced(valueBehind(raw, steps), isNothing, reference, path, reading)
    return raw => {
      const value = valueBehind(raw, steps)
      if (isNothing(value)) return undefined
      return fits(value) ? value : unfit
    }
  }
  const valueIn = (raw: unknown) =>
    places.length > 1 ? places.map(place => valueBehind(raw, place)) : valueBehind(raw, steps)
  return (raw, reading) => {
    const value = valueIn(raw)
    if (!transform.readsEmpty && isNothing(value)) return undefined
    const beside = transform.looksBeside ? (other: string) => scope.valueOf(other, raw, reading) : nothingBeside
    const own = transform.in(value, beside)
    if (own === undefined || own === unfit) return own
    if (reference !== undefined) return referenced(own, isNothing, reference, path, reading)
    return fits(own) ? own : unfit
  }
}

/** The record that an id of the platform's stands for; what is not known yet is noted. */
function referenced(
  value: unknown,
  isNothing: (value: unknown) => boolean,
  model: string,
  path: string,
  reading: Reading,
): unknown {
  if (isNothing(value)) return undefined
  const externalId = textOf(value)
  if (externalId === undefined) return unfit
  const recordId = reading.known?.get(model)?.get(externalId)
  if (recordId === undefined) reading.unresolved.push({ path: reading.at + path, model, externalId })
  return recordId
}

function writerTo({ reference, also }: FieldOptions, transform: Transform | undefined, path: string): Field['write'] {
  return (value, beside, telling) => {
    const own = reference === undefined ? value : namedAt(reference, path, value, telling)
    if (own === missing || own === unfit) return own
    const told = transform ? transform.out(own, beside) : own
    if (also === undefined || reference === undefined || told === unfit) return told
    return [
      told,
      ...Object.values(also).map(field => telling.known?.get(fieldName(reference, field))?.get(value as string)),
    ]
  }
}

/** One value that stands for the object of a list: what else the platform has of that object, and other objects, stays. */
function laidWriter(
  { transform, written }: FieldOptions,
  places: readonly string[],
  write: Field['write'],
): Field['laid'] {
  if (typeof transform !== 'object' || transform.kind !== 'sole' || written !== undefined) return undefined
  const [place] = places.map(stepsOf) as [Steps]
  return (value, beside, telling, { raw }) => {
    const told = isEmpty(value) ? [] : write(value, beside, telling)
    return Array.isArray(told) ? laidSole(transform, told as unknown[], valueBehind(raw, place)) : told
  }
}

function namedAt(model: string, path: string, value: unknown, telling: Telling): unknown {
  if (typeof value !== 'string') return unfit
  const externalId = telling.known?.get(model)?.get(value)
  if (externalId !== undefined) return externalId
  const wanted: MissingReference = { path: telling.at + path, model, recordId: value }
  telling.missing.push(wanted)
  return missing
}

function tidied(transform: Transform, value: unknown, beside: Beside): unknown {
  const told = transform.out(value, beside)
  if (told === undefined) return transform.dropsUntold ? undefined : value
  if (told === unfit) return value
  const back = transform.in(told, beside)
  return back === unfit || back === undefined ? value : back
}

/** Whether a new thing is made with it. */
export function isTold({ only }: FieldOptions): boolean {
  return only !== 'read' && only !== 'new'
}

/** Platforms write an empty field in several ways; here it is simply not there. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}
