import { each, memberOf, stepsOf } from '../calls/json-path.ts'
import { each as everyElement, slicesAt } from '../json/slices.ts'

// Where the things of a webhook stand: paths that go through a list, such as `eventNotifications[].realmId`, name many.

/** Where one item is: the index taken in each array on the way to it. */
export type Indices = number[]

/** Every item that a path leads to. */
export function itemsAt(json: unknown, path: string): { indices: Indices; value: unknown }[] {
  let found = [{ indices: [] as Indices, value: json }]
  for (const step of stepsOf(path)) {
    found = found.flatMap(({ indices, value }) => {
      if (step !== each) return [{ indices, value: memberOf(value, step) }]
      if (!Array.isArray(value)) return []
      return value.map((element: unknown, index) => ({ indices: [...indices, index], value: element }))
    })
  }
  return found.filter(({ value }) => value !== undefined)
}

/** The same items as they were written in a JSON text. */
export function textsAt(json: string, path: string): string[] {
  return slicesAt(
    json,
    stepsOf(path).map(step => (step === each ? everyElement : step)),
  )
}

/** What a path leads to for one item: in the arrays that they share it takes the item's own way. */
export function valueFor(json: unknown, path: string, indices: Indices): unknown {
  let value = json
  let depth = 0
  for (const step of stepsOf(path)) {
    if (step !== each) value = memberOf(value, step)
    else value = Array.isArray(value) ? (value[indices[depth++] ?? 0] as unknown) : undefined
  }
  return value
}
