import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { stepsOf, valueBehind, type Steps } from '../../calls/json-path.ts'
import { setAt, type Values } from '../../calls/json-write.ts'
import { sameValue } from './canonical.ts'
import { isEmpty, isTold, missing, type Field, type There } from './field.ts'
import type { Known, MissingReference, Telling } from './known.ts'
import { laidNested, tellsNested } from './lay-nested.ts'
import { putAt } from './lists/put-at.ts'
import { unfit, type Beside } from './transforms/transform.ts'
import type { Fields } from '../policy.ts'

/** What the platform is told when fields change. */
export interface Told {
  /** Undefined when nothing that it takes has changed. */
  body: Values | undefined
  /** Changed fields whose values the platform cannot be told: they are left out. */
  unfit: string[]
  /** Records that have to be at the platform first: until then nothing is told. */
  missing: MissingReference[]
}

/**
 * @param before what the platform has; undefined where the item is to be made
 * @param there the item as it was just read: lists and objects that are told as a whole are laid over its own
 */
export function tell(
  { update }: ModelDefinition,
  fields: readonly Field[],
  after: Fields,
  before: Fields | undefined,
  known: Known | undefined,
  there?: There,
): Told {
  const told: Told = { body: undefined, unfit: [], missing: [] }
  const writable = fields.filter(({ options }) => (before === undefined ? isTold(options) : options.only === undefined))
  const isSame = (path: string) => before !== undefined && sameValue(after[path], before[path])
  const changed = writable.filter(({ path }) => !isSame(path) && (before !== undefined || !isEmpty(after[path])))
  if (changed.length === 0) return told
  // Platforms replace a nested object as a whole: what stands beside a changed member is said again.
  const sparse = before === undefined || update?.sparse === undefined ? [] : stepsOf(update.sparse)
  const rootsOf = ({ targets }: Field) => targets.map(target => rootOf(target, sparse))
  const roots = new Set(changed.flatMap(rootsOf))
  const beside: Beside = path => after[path]
  const emptying: Emptying = { cleared: update?.cleared ?? null, depth: update?.emptied }
  const telling: Telling = { known, missing: told.missing, at: '' }
  const left: Field[] = []
  let body: Values = {}
  for (const field of writable.filter(candidate => rootsOf(candidate).some(root => roots.has(root)))) {
    const { path, saysOfEmpty } = field
    const value = after[path]
    const hadSomething = !isEmpty(before?.[path])
    const own = isEmpty(value) && !saysOfEmpty ? undefined : written(field, value, beside, telling, there)
    if (own === unfit) told.unfit.push(path)
    else if (own !== undefined && own !== missing) body = putOver(body, field, own, hadSomething, emptying.cleared)
    else if (own === undefined && hadSomething) left.push(field)
  }
  // Two fields may stand for one place, of which one has the value.
  for (const field of left) {
    if (isSaid(body, field)) continue
    const over = there && field.laid?.([], beside, telling, there)
    body = over ? putAt(body, field, over) : emptied(body, field, emptying)
  }
  if (there && update) body = laidNested(update, fields, body, new Set(changed.map(({ path }) => path)), there.raw)
  if (Object.keys(body).length > 0) told.body = body
  return told
}

function written(field: Field, value: unknown, beside: Beside, telling: Telling, there: There | undefined): unknown {
  return there && field.laid ? field.laid(value, beside, telling, there) : field.write(value, beside, telling)
}

/** Whether a body tells a list or an object as a whole, of which the platform may have more than the hub. */
export function tellsWhole({ update }: ModelDefinition, fields: readonly Field[], body: Values): boolean {
  return tellsNested(update, body) || fields.some(field => field.laid !== undefined && isSaid(body, field))
}

/** As much of a path as a platform replaces as a whole. */
function rootOf(target: Steps, sparse: Steps): string {
  const isWithin = sparse.length > 0 && sparse.every((step, index) => target[index] === step)
  return JSON.stringify(target.slice(0, isWithin ? sparse.length + 1 : 1))
}

/** Of several places those that are left empty are emptied. */
function putOver(body: Values, field: Field, told: unknown, hadSomething: boolean, cleared: unknown): Values {
  if (field.targets.length === 1 || !hadSomething) return putAt(body, field, told)
  const parts = field.targets.map((_target, index) => (told as unknown[])[index] ?? cleared)
  return putAt(body, field, parts)
}

function isSaid(body: Values, { targets }: Field): boolean {
  return targets.length === 1 && valueBehind(body, targets[0]!) !== undefined
}

/** What says that there is nothing, and how deep in a body it stands; where the field itself does unless said. */
interface Emptying {
  cleared: unknown
  depth: number | undefined
}

function emptied(body: Values, { targets, isList }: Field, { cleared, depth }: Emptying): Values {
  return targets.reduce((whole, target) => {
    const around = target.slice(0, depth)
    // What stands beside it and is said keeps it from being emptied as a whole.
    const place = isSomething(valueBehind(whole, around)) ? target : around
    return setAt(whole, place, isList ? [] : cleared)
  }, body)
}

function isSomething(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
