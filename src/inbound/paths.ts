import { each, slicesAt, type SlicePath } from '../json/slices.ts'
import { valueAt } from '../calls/json-path.ts'

// Paths as in `WebhookShape`: dotted, where `[]` goes through an array: `eventNotifications[].realmId`, `[].type`.

/** Where one item is: the index taken in each array on the way to it. */
export type Indices = number[]

/** Every item that a path leads to. */
export function itemsAt(json: unknown, path: string): { indices: Indices; value: unknown }[] {
  let found = [{ indices: [] as Indices, value: json }]
  for (const { steps, array } of partsOf(path)) {
    found = found.flatMap(({ indices, value }) => {
      const next = steps === '' ? value : valueAt(value, steps)
      if (!array) return next === undefined ? [] : [{ indices, value: next }]
      return Array.isArray(next) ? next.map((value: unknown, index) => ({ indices: [...indices, index], value })) : []
    })
  }
  return found
}

/** The same items as they were written in a JSON text. */
export function textsAt(json: string, path: string): string[] {
  const whole = partsOf(path).flatMap(({ steps, array }): SlicePath => {
    const names = steps === '' ? [] : steps.split('.')
    return array ? [...names, each] : names
  })
  return slicesAt(json, whole)
}

/** What a path leads to for one item: in the arrays that they share it takes the item's own way. */
export function valueFor(json: unknown, path: string, indices: Indices): unknown {
  let value = json
  let depth = 0
  for (const { steps, array } of partsOf(path)) {
    if (steps !== '') value = valueAt(value, steps)
    if (array) value = Array.isArray(value) ? (value[indices[depth++] ?? 0] as unknown) : undefined
  }
  return value
}

/** A path cut behind each array: `a.b[].c` is `a.b` with an array, and `c`. */
function partsOf(path: string): { steps: string; array: boolean }[] {
  const pieces = path.split('[]')
  return pieces
    .map((piece, index) => ({ steps: piece.replace(/^\./, ''), array: index < pieces.length - 1 }))
    .filter(({ steps, array }) => array || steps !== '')
}
