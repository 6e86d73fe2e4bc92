import { ExactNumber } from '../json/exact-number.ts'

// The one language of paths into JSON: members joined by dots (`CompanyInfo.Id`). A number indexes a list
// (`Addresses.0.Line1`), `[]` goes through all of one (`data.edges[].node`), `[Type=STREET]` leads to the object of one that has
// that value, or to the member of an object that has it, a dot behind a backslash belongs to the name.

/** The step of a path that goes through every element of a list. */
export const each = '[]'

/** A path taken apart: splitting one for each of a page's thousand items takes its time. */
export type Steps = readonly string[]

export function stepsOf(path: string): Steps {
  if (!/\[\]|\\|\[[^\]]*=/.test(path)) return path.split('.')
  const names = path.match(/\[[^\]]*\]|(?:\\.|[^.[\\])+/g) ?? []
  return names.map(name => name.replaceAll(/\\(.)/g, '$1'))
}

/** The value at a path of a JSON value; undefined where it leads nowhere, and a list of all that it leads to through `[]`. */
export function valueAt(json: unknown, path: string): unknown {
  return valueBehind(json, stepsOf(path))
}

/** The same for a path that has been taken apart. */
export function valueBehind(json: unknown, steps: Steps): unknown {
  let value: unknown = json
  for (let depth = 0; depth < steps.length; depth++) {
    const step = steps[depth]!
    if (step.charCodeAt(0) !== bracket) value = memberOf(value, step)
    else if (step === each) return throughList(value, steps.slice(depth + 1))
    else value = chosenOf(value, step)
  }
  return value
}

const bracket = 0x5b

/** What a step such as `[Type=STREET]` chooses by; undefined for any other step. */
export function choiceOf(step: string): { name: string; value: string } | undefined {
  if (step.charCodeAt(0) !== bracket || step === each) return undefined
  const middle = step.indexOf('=')
  return middle < 0 ? undefined : { name: step.slice(1, middle), value: step.slice(middle + 1, -1) }
}

/** Whether an object of a list is the one that a step means. */
export function isChosen(item: unknown, { name, value }: { name: string; value: string }): boolean {
  const own = memberOf(item, name)
  return typeof own === 'string' ? own === value : (isNumber(own) || typeof own === 'boolean') && String(own) === value
}

function chosenOf(value: unknown, step: string): unknown {
  const choice = choiceOf(step)
  if (!choice) return memberOf(value, step)
  if (typeof value !== 'object' || value === null) return undefined
  const among = Array.isArray(value) ? (value as unknown[]) : Object.values(value)
  return among.find(item => isChosen(item, choice))
}

function throughList(value: unknown, rest: Steps): unknown {
  if (!Array.isArray(value)) return undefined
  const found = (value as unknown[]).map(item => valueBehind(item, rest)).filter(item => item !== undefined)
  return rest.includes(each) ? found.flat() : found
}

/**
 * A value's own JSON member of a name, never one that JavaScript gives to every object, array or text. It avoids `hasOwn`, as
 * it is the inner loop of every pull: what JavaScript gives, apart from `length` and `__proto__`, is functions.
 */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (name === 'length' && Array.isArray(value)) return undefined
  if (name === '__proto__' && !Object.hasOwn(value, name)) return undefined
  const member = (value as Record<string, unknown>)[name]
  return typeof member === 'function' ? undefined : member
}

/** The value at a path as text: strings and numbers, these with all their digits; anything else is undefined. */
export function textAt(json: unknown, path: string): string | undefined {
  return textOf(valueAt(json, path))
}

/** A value as text: a string that is not empty, or a number with all its digits; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  return isNumber(value) ? String(value) : undefined
}

/** Whether it is a number, be it one that no double holds. */
export function isNumber(value: unknown): value is number | ExactNumber {
  return typeof value === 'number' || value instanceof ExactNumber
}
