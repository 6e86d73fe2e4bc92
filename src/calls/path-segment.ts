import { placeOf } from './body.ts'
import type { ProviderCall } from './call.ts'

/**
 * Whether a text can stand for an item in an address. `.` and `..` cannot, however they are written: they name the place itself and
 * the one above (RFC 3986, 5.2.4), where something else is.
 */
export function isPathSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..'
}

/** A path with an item's id in place of `{id}`. */
export function withId(path: string, id: string): string {
  return path.replace('{id}', () => encodeURIComponent(id))
}

/** Where a call about one item goes: its id stands in the path or in the query. */
export function placeOfItem(
  asked: Parameters<typeof placeOf>[0] & { path: string },
  id: string,
): ReturnType<typeof placeOf> & { path: string } {
  const place = { ...placeOf(asked), path: withId(asked.path, id) }
  if (!place.query) return place
  const said = Object.entries(place.query).map(([name, value]) => [name, value === '{id}' ? id : value])
  return { ...place, query: Object.fromEntries(said) as NonNullable<ProviderCall['query']> }
}
