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
