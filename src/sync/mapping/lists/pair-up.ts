import { valueBehind, type Steps } from '../../../calls/json-path.ts'
import { canonicalJson, sameValue } from '../canonical.ts'
import { isEmpty } from '../field.ts'

/** More comparisons than that are not made: what is left is paired by its place. */
const mostCompared = 250_000

/**
 * Which of the platform's objects each of the hub's is, by its place; undefined for a new one. First those that say the very
 * same, then those that say most alike, then what is left in the same place.
 */
export function pairUp(
  objects: readonly unknown[],
  shown: readonly unknown[],
  paths: readonly Steps[],
): (number | undefined)[] {
  const pairs = new Array<number | undefined>(objects.length).fill(undefined)
  const free = new Set(shown.keys())
  const pair = (index: number, place: number) => {
    pairs[index] = place
    free.delete(place)
  }
  pairSame(objects, shown, paths, pair)
  const open = () => [...objects.keys()].filter(index => pairs[index] === undefined)
  if (open().length * free.size <= mostCompared) {
    for (const index of open()) {
      const place = mostAlike(objects[index], index, shown, free, paths)
      if (place !== undefined) pair(index, place)
    }
  }
  for (const index of open()) if (free.has(index)) pair(index, index)
  return pairs
}

function pairSame(
  objects: readonly unknown[],
  shown: readonly unknown[],
  paths: readonly Steps[],
  pair: (index: number, place: number) => void,
): void {
  const saidBy = (object: unknown) => canonicalJson(paths.map(path => valueIn(object, path)))
  const places = new Map<string, number[]>()
  for (const [place, object] of shown.entries()) {
    const said = saidBy(object)
    places.set(said, [...(places.get(said) ?? []), place])
  }
  for (const [index, object] of objects.entries()) {
    const place = places.get(saidBy(object))?.shift()
    if (place !== undefined) pair(index, place)
  }
}

function mostAlike(
  object: unknown,
  index: number,
  shown: readonly unknown[],
  free: ReadonlySet<number>,
  paths: readonly Steps[],
): number | undefined {
  let [best, most] = [undefined as number | undefined, 0]
  for (const place of free) {
    const alike = paths.filter(path => {
      const value = valueIn(object, path)
      return value !== undefined && sameValue(value, valueIn(shown[place], path))
    }).length
    const score = alike === 0 ? 0 : alike + (place === index ? 0.5 : 0)
    if (score > most) [best, most] = [place, score]
  }
  return best
}

function valueIn(object: unknown, path: Steps): unknown {
  const value = valueBehind(object, path)
  return isEmpty(value) ? undefined : value
}
