import { valueAt } from '../../calls/json-path.ts'

/** Where something is, or the places at which it may be. */
export type Paths = string | readonly string[]

/** The first thing that stands at one of several places; undefined where there is none. */
export function firstAt(json: unknown, paths: Paths): unknown {
  if (typeof paths === 'string') return valueAt(json, paths)
  for (const path of paths) {
    const value = valueAt(json, path)
    if (value !== undefined && value !== null && value !== '') return value
  }
  return undefined
}
