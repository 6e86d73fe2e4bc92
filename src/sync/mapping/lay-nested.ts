import type { UpdateDefinition } from '../../catalogue/schema/items/writes.ts'
import { stepsOf, valueBehind, type Steps } from '../../calls/json-path.ts'
import { setAt, type Values } from '../../calls/json-write.ts'
import { isEmpty, type Field } from './field.ts'

/**
 * A body whose nested objects, as far as the platform replaces them as a whole, are laid over those that it has: what it alone knows
 * of one is said again, but for what follows from fields that change.
 * @param changed the canonical paths of those
 * @param raw the item as it was just read
 */
export function laidNested(
  { replaced = [], follows = {}, cleared }: UpdateDefinition,
  fields: readonly Field[],
  body: Values,
  changed: ReadonlySet<string>,
  raw: unknown,
): Values {
  return replaced.map(stepsOf).reduce((whole, place) => {
    const there = valueBehind(raw, place)
    if (typeof there !== 'object' || there === null || valueBehind(body, place) === undefined) return whole
    const said = fields.flatMap(({ targets }) => targets).filter(target => isWithin(target, place))
    const kept = Object.entries(follows).reduce(
      (over, [path, from]) => {
        const steps = stepsOf(path)
        const isStale =
          isWithin(steps, place) && from.some(one => changed.has(one)) && !isEmpty(valueBehind(raw, steps))
        return isStale ? setAt(over, steps, cleared) : over
      },
      setAt(whole, place, there),
    )
    return said.reduce((over, target) => {
      const value = valueBehind(body, target)
      return value === undefined ? over : setAt(over, target, value)
    }, kept)
  }, body)
}

/** Whether a body tells an object that the platform replaces as a whole. */
export function tellsNested(update: UpdateDefinition | undefined, body: Values): boolean {
  return update?.replaced?.some(place => valueBehind(body, stepsOf(place)) !== undefined) ?? false
}

function isWithin(target: Steps, place: Steps): boolean {
  return target.length > place.length && place.every((step, index) => target[index] === step)
}
