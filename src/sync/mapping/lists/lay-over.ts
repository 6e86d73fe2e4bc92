import { stepsOf, valueBehind } from '../../../calls/json-path.ts'
import { setAt, withValue, type Values } from '../../../calls/json-write.ts'
import type { RowOptions } from '../../../catalogue/schema/items/fields.ts'
import { sameValue } from '../canonical.ts'
import { isEmpty, missing, type Field, type There } from '../field.ts'
import { pairUp } from './pair-up.ts'
import { putAt } from './put-at.ts'
import { asRows } from './rows.ts'
import { unfit, type Beside } from '../transforms/transform.ts'

// A platform that takes a list as a whole drops what it is not told of: members of a line that no field maps, lines that are
// none of the hub's. So the hub's objects are laid over those that the platform has.

/** The fields of a list's objects, and how one of them is read and written. */
export interface LaidList {
  /** The fields of each object. */
  fields: readonly Field[]
  /** Which of the platform's objects the field stands for. */
  isMeant: (raw: unknown) => boolean
  /** Members of the platform's that follow from fields: they go where one of those changes. */
  follows: Readonly<Record<string, readonly string[]>>
  /** What each object has besides. */
  constant: Values
  /** How its rows are changed, where an update does not replace it. */
  rows: RowOptions | undefined
  /** The hub's value of a field outside of the objects. */
  beside: Beside
  /** Whether a field outside of the objects is another one than the platform has. */
  isOther(path: string): boolean
  /** An object that the platform does not have yet. */
  writeOne(object: unknown, index: number): unknown
  /** How a field of an object is told. */
  tell(field: Field, object: Values, index: number): unknown
}

/** What the platform is told in place of its own list, or `unfit`, or `missing`. */
export function laidOver(list: LaidList, objects: readonly unknown[], own: readonly unknown[], there: There): unknown {
  const meant = own.flatMap((raw, index) =>
    list.isMeant(raw) ? [{ raw, index, read: readFields(list, raw, there) }] : [],
  )
  const paths = list.fields.filter(({ options }) => options.only !== 'read').map(({ steps }) => steps)
  const paired = pairUp(
    objects,
    meant.map(({ read }) => read),
    paths,
  )
  const pairs = list.rows?.key === undefined ? paired : allPaired(paired, meant.length)
  const placed = objects.map((object, index) => {
    const partner = meant[pairs[index] ?? -1]
    const told = partner ? layOne(list, object, index, partner) : list.writeOne(object, index)
    return { told, at: partner?.index }
  })
  const failed = placed.find(({ told }) => told === unfit || told === missing)
  if (failed) return failed.told
  const told = amongOthers(list, own, placed)
  return list.rows ? asRows(list.rows, list.fields, told, own) : told
}

/** Pairs in which each of the platform's has a partner as far as there are enough: of what cannot be taken out something else is made. */
function allPaired(pairs: readonly (number | undefined)[], count: number): (number | undefined)[] {
  const taken = new Set(pairs)
  const free = Array.from({ length: count }, (_, place) => place).filter(place => !taken.has(place))
  return pairs.map(place => place ?? free.shift())
}

interface Partner {
  raw: unknown
  read: Values
}

/** What the fields of an object come to, in the form in which a record has them; what does not fit is left out. */
function readFields({ fields, beside }: LaidList, raw: unknown, there: There): Values {
  const read = fields.reduce<Values>((object, field) => {
    const value = field.read(raw, readingOf(there))
    return value === unfit || isEmpty(value) ? object : setAt(object, field.steps, value)
  }, {})
  const besideIt: Beside = path => valueBehind(read, stepsOf(path)) ?? beside(path)
  return fields.reduce<Values>((object, { steps, tidied }) => {
    const value = valueBehind(object, steps)
    return tidied && !isEmpty(value) ? withValue(object, steps, tidied(value, besideIt)) : object
  }, read)
}

function readingOf({ raw, known }: There) {
  return { raw, known, unresolved: [], at: '' }
}

/** The platform's object with what is other in the hub's; where nothing is, the platform's as it stands. */
function layOne(list: LaidList, object: unknown, index: number, { raw, read }: Partner): unknown {
  if (!isObject(object) || !isObject(raw)) return unfit
  const changed = new Set(list.fields.filter(field => isChanged(field, object, read)).map(({ path }) => path))
  const isTouched = (path: string) => changed.has(path) || (!isOwn(list, path) && list.isOther(path))
  const retold = list.fields.filter(field => changed.has(field.path) || lookedAt(field).some(isTouched))
  if (retold.length === 0) return raw
  let body: Values = raw
  // What the platform reckons is reckoned anew.
  for (const field of list.fields) if (field.options.only === 'read') body = without(body, field)
  for (const [member, paths] of Object.entries(list.follows)) {
    if (paths.some(path => changed.has(path))) body = withValue(body, stepsOf(member), undefined)
  }
  for (const field of retold) body = without(body, field)
  for (const field of retold) {
    if (isEmpty(valueBehind(object, field.steps)) && !field.saysOfEmpty) continue
    const told = list.tell(field, object, index)
    if (told === unfit || told === missing) return told
    body = putAt(body, field, told)
  }
  for (const [name, value] of Object.entries(list.constant))
    if (body[name] === undefined) body = { ...body, [name]: value }
  return body
}

const isOwn = ({ fields }: LaidList, path: string) => fields.some(field => field.path === path)

/** The fields that a transform looks at besides its own. */
function lookedAt({ options: { transform } }: Field): string[] {
  return typeof transform === 'object' ? Object.values(transform).filter(value => typeof value === 'string') : []
}

/** What the platform has and the hub could not take, such as the id of something that no sync knows, is as the hub's nothing. */
function isChanged({ steps, options }: Field, object: Values, read: Values): boolean {
  const ours = valueBehind(object, steps)
  return options.only !== 'read' && !sameValue(isEmpty(ours) ? undefined : ours, valueBehind(read, steps))
}

function without(body: Values, { targets }: Field): Values {
  return targets.reduce((whole, target) => withValue(whole, target, undefined), body)
}

interface Placed {
  told: unknown
  /** Where the platform has it in its list. */
  at: number | undefined
}

/** The told objects in the hub's order, with the platform's others behind those that they stood behind. */
function amongOthers({ isMeant }: LaidList, own: readonly unknown[], placed: readonly Placed[]): unknown[] {
  const there = new Set(placed.map(({ at }) => at))
  const isLast = (index: number) => own.slice(index).every(raw => !isMeant(raw))
  const behind = new Map<number, unknown[]>()
  const last: unknown[] = []
  let anchor = -1
  for (const [index, raw] of own.entries()) {
    if (there.has(index)) anchor = index
    if (isMeant(raw)) continue
    if (isLast(index)) last.push(raw)
    else behind.set(anchor, [...(behind.get(anchor) ?? []), raw])
  }
  const following = (at: number | undefined) => (at === undefined ? [] : (behind.get(at) ?? []))
  return [...following(-1), ...placed.flatMap(({ told, at }) => [told, ...following(at)]), ...last]
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
