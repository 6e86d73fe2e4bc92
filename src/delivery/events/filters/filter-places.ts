import { memberOf } from '../../../calls/json-path.ts'

/** A value that a path leads to, or the place where it would stand. */
export interface Place {
  value: unknown
  /** What it stands in, and as what; undefined for the data itself. */
  owner: unknown
  name: string | undefined
  /** Whether the whole path led here: it ends before at a null. */
  isEnd: boolean
}

/** Where a path into some data ends. Data that has arrays on the way has several places. */
export class Places {
  readonly ends: readonly Place[]
  #each: readonly Place[] | undefined

  constructor(ends: readonly Place[]) {
    this.ends = ends
  }

  /** The places and, before each, those of an array's elements: a condition on an array is met by one of them too. */
  get each(): readonly Place[] {
    if (this.#each) return this.#each
    const each: Place[] = []
    for (const end of this.ends) spread(end, each)
    return (this.#each = each)
  }
}

export function start(data: unknown): Place {
  return { value: data, owner: undefined, name: undefined, isEnd: true }
}

/** Where a path ends that begins at each of these places. */
export function endsOf(places: readonly Place[], steps: readonly string[]): Place[] {
  const ends: Place[] = []
  for (const place of places) walk(place, steps, 0, ends)
  return ends
}

/** Whether there is something: a place may be one where nothing stands. */
export function isThere({ owner, name, value, isEnd }: Place): boolean {
  if (!isEnd) return false
  return name === undefined
    ? value !== undefined
    : typeof owner === 'object' && owner !== null && Object.hasOwn(owner, name)
}

function walk(place: Place, steps: readonly string[], depth: number, ends: Place[]): void {
  const { value } = place
  const step = steps[depth]
  if (step === undefined) return void ends.push(place)
  if (value === null || value === undefined) return void ends.push({ ...place, isEnd: false })
  if (Array.isArray(value) && !isIndex(step)) {
    for (const element of elementsOf(place)) walk(element, steps, depth, ends)
    return
  }
  walk({ value: memberOf(value, step), owner: value, name: step, isEnd: true }, steps, depth + 1, ends)
}

function spread(place: Place, each: Place[]): void {
  if (Array.isArray(place.value)) for (const element of elementsOf(place)) spread(element, each)
  each.push(place)
}

function elementsOf({ value, isEnd }: Place): Place[] {
  const owner = value as unknown[]
  return owner.map((element, index) => ({ value: element, owner, name: String(index), isEnd }))
}

function isIndex(step: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(step)
}
