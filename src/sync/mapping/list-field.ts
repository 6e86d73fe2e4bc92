import type { CollectionField } from '../../catalogue/collections/shapes.ts'
import type { FieldMapping } from '../../catalogue/schema/items/fields.ts'
import { stepsOf, valueBehind } from '../../calls/json-path.ts'
import { setAt, withValue, type Values } from '../../calls/json-write.ts'
import { sameValue } from './canonical.ts'
import { isEmpty, missing, simpleField, type Field, type Scope } from './field.ts'
import type { Reading, Telling } from './known.ts'
import { unfit, type Beside } from './transforms/transform.ts'

/** A list whose objects are mapped by fields of their own. To a merge it is one value. */
export function listField(
  [path, provider, options = {}]: FieldMapping,
  shape: CollectionField | undefined,
  around: Scope,
): Field {
  const place = stepsOf(typeof provider === 'string' ? provider : provider[0]!)
  const { each = [], where, constant = {}, several } = options
  const byPath = new Map<string, Field>()
  const scope: Scope = {
    valueOf(other, raw, reading) {
      const field = byPath.get(other)
      return field ? field.read(raw, reading) : around.valueOf(other, reading.raw, reading)
    },
  }
  for (const mapping of each) byPath.set(mapping[0], simpleField(mapping, shape?.fields?.[mapping[0]], scope))
  const fields = [...byPath.values()]
  const [chosenAt, marked] = [where && stepsOf(where.path), where?.equals]
  const isMeant = (raw: unknown) => chosenAt === undefined || valueBehind(raw, chosenAt) === marked

  const readOne = (raw: unknown, reading: Reading): Values | typeof unfit => {
    let object: Values = {}
    for (const field of fields) {
      const value = field.read(raw, reading)
      if (value === unfit) return unfit
      if (value !== undefined) object = setAt(object, field.steps, value)
    }
    return object
  }
  const writeOne = (object: unknown, index: number, beside: Beside, telling: Telling): unknown => {
    if (!isObject(object)) return unfit
    let body: Values = where ? setAt(constant, chosenAt!, marked) : constant
    const besideIt: Beside = other =>
      byPath.has(other) ? valueBehind(object, byPath.get(other)!.steps) : beside(other)
    for (const field of fields) {
      const value = valueBehind(object, field.steps)
      if (field.options.only === 'read' || (isEmpty(value) && !field.saysOfEmpty)) continue
      const told = field.write(value, besideIt, { ...telling, at: `${telling.at}${path}.${index}.` })
      if (told === unfit || told === missing) return told
      body = putAt(body, field, told)
    }
    return body
  }
  return {
    ...{ path, steps: stepsOf(path), options },
    targets: [options.written === undefined ? place : stepsOf(options.written)],
    read(raw, reading) {
      const value = valueBehind(raw, place)
      if (isEmpty(value)) return undefined
      if (!Array.isArray(value)) return unfit
      const objects: Values[] = []
      for (const one of (value as unknown[]).filter(isMeant)) {
        const object = readOne(one, { ...reading, at: `${reading.at}${path}.${objects.length}.` })
        if (object === unfit) return unfit
        objects.push(object)
      }
      return objects.length <= (several ? 1 : 0) ? undefined : objects
    },
    write(value, beside, telling) {
      if (!Array.isArray(value)) return unfit
      const all = (value as unknown[]).map((one, index) => writeOne(one, index, beside, telling))
      return all.find(one => one === unfit) ?? all.find(one => one === missing) ?? all
    },
    tidied: (value, beside) => projected(fields, value, beside),
    joinedInto: (old, value) => joined(fields, old, value),
    isList: true,
    readsEmpty: false,
    saysOfEmpty: false,
  }
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A body with what is told of a field at its places. */
export function putAt(body: Values, { targets }: Field, told: unknown): Values {
  if (targets.length === 1) return told === undefined ? body : setAt(body, targets[0]!, told)
  const parts = told as unknown[]
  return targets.reduce((whole, target, index) => {
    return parts[index] === undefined ? whole : setAt(whole, target, parts[index])
  }, body)
}

/** The objects of a list with nothing but their mapped fields, in the form of this platform. */
function projected(fields: readonly Field[], value: unknown, beside: Beside): unknown {
  if (!Array.isArray(value)) return value
  return (value as unknown[]).map(object => {
    if (!isObject(object)) return object
    const own: Beside = other => valueBehind(object, stepsOf(other)) ?? beside(other)
    return fields.reduce<Values>((whole, { steps, tidied }) => {
      const found = valueBehind(object, steps)
      if (isEmpty(found)) return whole
      return setAt(whole, steps, tidied ? tidied(found, own) : found)
    }, {})
  })
}

/** Each object of a list that came, with what the record's own object says besides: the one that is the same, else that in its place. */
function joined(fields: readonly Field[], old: unknown, value: unknown): unknown {
  if (!Array.isArray(old) || !Array.isArray(value)) return value
  const before = old as unknown[]
  const shown = projected(fields, before, () => undefined) as unknown[]
  const used = new Set<number>()
  const places = (value as unknown[]).map(object => {
    const place = shown.findIndex((one, index) => !used.has(index) && sameValue(one, object))
    if (place >= 0) used.add(place)
    return place
  })
  return (value as Values[]).map((object, index) => {
    const place = places[index]! >= 0 ? places[index]! : used.has(index) ? -1 : index
    const own = before[place]
    if (!isObject(own)) return object
    used.add(place)
    return fields.reduce<Values>((whole, { steps }) => withValue(whole, steps, valueBehind(object, steps)), own)
  })
}
