import { choiceOf, each, isChosen, type Steps } from './json-path.ts'

export type Values = Record<string, unknown>

/** A copy with the value at a path, be it null. Lists are made where the path has a number, objects elsewhere. */
export function setAt(data: Values, steps: Steps, value: unknown): Values {
  return written(data, steps, value) as Values
}

/** A copy with the value at a path, or without it when the value is missing or null; what is left empty goes too. */
export function withValue(data: Values, steps: Steps, value: unknown): Values {
  return isNothing(value) ? ((without(data, steps) ?? {}) as Values) : setAt(data, steps, value)
}

function written(old: unknown, steps: Steps, value: unknown): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return value
  if (step === each) return throughList(old, rest, value)
  const choice = choiceOf(step)
  if (choice) return withChosen(old, choice, item => written(item, rest, value))
  const list = listFor(old, step)
  if (!list) {
    const data = isObject(old) ? old : {}
    return { ...data, [step]: written(Object.hasOwn(data, step) ? data[step] : undefined, rest, value) }
  }
  const index = Number(step)
  const gap = Array.from({ length: Math.max(0, index - list.length) }, () => (rest.length === 0 ? null : {}))
  return [...list.slice(0, index), ...gap, written(list[index], rest, value), ...list.slice(index + 1)]
}

/** One value for each element: the list becomes as long as they are many. */
function throughList(old: unknown, rest: Steps, value: unknown): unknown[] {
  const values = Array.isArray(value) ? (value as unknown[]) : [value]
  return values.map((one, index) => written(Array.isArray(old) ? (old as unknown[])[index] : undefined, rest, one))
}

/** A list in which the object that is meant is another one; it is made where there is none. */
function withChosen(old: unknown, choice: Choice, change: (item: unknown) => unknown): unknown[] {
  const list = Array.isArray(old) ? (old as unknown[]) : []
  const index = list.findIndex(item => isChosen(item, choice))
  const item = index < 0 ? { [choice.name]: choice.value } : list[index]
  const place = index < 0 ? list.length : index
  return [...list.slice(0, place), change(item), ...list.slice(place + 1)]
}

type Choice = NonNullable<ReturnType<typeof choiceOf>>

/** A list without a value of the object that is meant, and without the object where it says nothing else. */
function withoutChosen(old: unknown, choice: Choice, rest: Steps): unknown {
  if (!Array.isArray(old)) return old
  const all = (old as unknown[]).flatMap(item => {
    if (!isChosen(item, choice)) return [item]
    const left = rest.length === 0 ? undefined : without(item, rest)
    return isObject(left) && Object.keys(left).length > 1 ? [left] : []
  })
  return all.length === 0 ? undefined : all
}

/** What is left without a value; undefined when that is nothing. */
function without(old: unknown, [step = '', ...rest]: Steps): unknown {
  const choice = choiceOf(step)
  if (choice) return withoutChosen(old, choice, rest)
  const list = listFor(old, step)
  if (step === each || (list && Number(step) >= list.length)) return step === each ? undefined : list
  if (list) {
    const index = Number(step)
    const left = rest.length === 0 ? undefined : without(list[index], rest)
    // Of a list only the end can go: what stands behind would move up.
    const kept = left !== undefined || index < list.length - 1 ? [left ?? null] : []
    const all = [...list.slice(0, index), ...kept, ...list.slice(index + 1)]
    return all.length === 0 ? undefined : all
  }
  const { [step]: inner, ...others } = isObject(old) ? old : {}
  const left = rest.length === 0 ? undefined : without(inner, rest)
  const all = left === undefined ? others : { ...others, [step]: left }
  return Object.keys(all).length === 0 ? undefined : all
}

/** The list that a step goes into; undefined where it goes into an object. A number beyond 999 is a name. */
function listFor(old: unknown, step: string): unknown[] | undefined {
  if (!/^\d{1,3}$/.test(step) || isObject(old)) return undefined
  return Array.isArray(old) ? (old as unknown[]) : []
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNothing(value: unknown): value is null | undefined {
  return value === undefined || value === null
}
