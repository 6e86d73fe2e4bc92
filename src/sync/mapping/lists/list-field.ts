import type { CollectionField } from '../../../catalogue/collections/shapes.ts'
import type { FieldMapping } from '../../../catalogue/schema/items/fields.ts'
import { stepsOf, valueBehind } from '../../../calls/json-path.ts'
import { setAt, withValue, type Values } from '../../../calls/json-write.ts'
import { sameValue } from '../canonical.ts'
import { isEmpty, missing, simpleField, type Field, type Scope, type There } from '../field.ts'
import type { Reading, Telling } from '../known.ts'
import { laidOver } from './lay-over.ts'
import { putAt } from './put-at.ts'
import { unfit, type Beside } from '../transforms/transform.ts'

/** A list whose objects are mapped by fields of their own. To a merge it is one value. */
export function listField(
  [path, provider, options = {}]: FieldMapping,
  shape: CollectionField | undefined,
  around: Scope,
): Field {
  const place = stepsOf(typeof provider === 'string' ? provider : provider[0]!)
  const { each = [], where, constant = {}, several, follows = {}, goesOn, rows } = options
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
  const moreAt = goesOn && stepsOf(goesOn.more)
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
  const tellOne = (field: Field, object: Values, index: number, beside: Beside, telling: Telling): unknown => {
    const besideIt: Beside = other =>
      byPath.has(other) ? valueBehind(object, byPath.get(other)!.steps) : beside(other)
    const value = valueBehind(object, field.steps)
    return field.write(value, besideIt, { ...telling, at: `${telling.at}${path}.${index}.` })
  }
  const writeOne = (object: unknown, index: number, beside: Beside, telling: Telling): unknown => {
    if (!isObject(object)) return unfit
    let body: Values = where ? setAt(constant, chosenAt!, marked) : constant
    for (const field of fields) {
      const value = valueBehind(object, field.steps)
      if (field.options.only === 'read' || (isEmpty(value) && !field.saysOfEmpty)) continue
      const told = tellOne(field, object, index, beside, telling)
      if (told === unfit || told === missing) return told
      body = putAt(body, field, told)
    }
    return body
  }
  const isOther = (other: string, beside: Beside, { raw, known }: There) =>
    !sameValue(beside(other), around.valueOf(other, raw, { raw, known, unresolved: [], at: '' }))
  const laid: Field['laid'] = (value, beside, telling, there) => {
    const own = valueBehind(there.raw, place)
    const objects = isEmpty(value) ? [] : value
    if (!Array.isArray(objects)) return unfit
    const list = {
      ...{ fields, isMeant, follows, constant, rows, beside },
      isOther: (other: string) => isOther(other, beside, there),
      writeOne: (object: unknown, index: number) => writeOne(object, index, beside, telling),
      tell: (field: Field, object: Values, index: number) => tellOne(field, object, index, beside, telling),
    }
    return laidOver(list, objects as unknown[], Array.isArray(own) ? (own as unknown[]) : [], there)
  }
  return {
    ...{ path, steps: stepsOf(path), options },
    targets: [options.written === undefined ? place : stepsOf(options.written)],
    read(raw, reading) {
      const value = valueBehind(raw, place)
      if (isEmpty(value)) return undefined
      // The first of a list are not the list.
      if (!Array.isArray(value) || (moreAt && valueBehind(raw, moreAt) === true)) return unfit
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
    ...(options.written === undefined ? { laid } : {}),
    ...(rows?.key === undefined ? {} : { refuses: (value, base) => lengthOf(value) < lengthOf(base) }),
    tidied: (value, beside) => projected(fields, value, beside),
    joinedInto: (old, value) => joined(fields, old, value),
    isList: true,
    readsEmpty: false,
    saysOfEmpty: false,
  }
}

const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : 0)

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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
