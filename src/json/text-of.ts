/** Takes what is no UTF-8 as U+FFFD; a byte order mark is left out. */
const lenient = new TextDecoder('utf-8')
const strict = new TextDecoder('utf-8', { fatal: true })

/** The text of bytes that came from elsewhere, whatever they are: what is no UTF-8 becomes U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return lenient.decode(bytes)
}

/** The text of bytes that must be UTF-8; a byte order mark is left out. Undefined when they are not. */
export function strictTextOf(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}
