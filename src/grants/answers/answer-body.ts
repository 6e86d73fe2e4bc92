/** The members of an answer, of whatever types the other side has given them. */
export type Members = Record<string, unknown>

/**
 * Reads the body of an OAuth answer by what it is, not by its label: a JSON object, else a form, which some platforms send
 * where RFC 6749 (5.1) wants JSON. Gives undefined for anything else, such as a gateway's page.
 */
export function membersIn(text: string): Members | undefined {
  const body = text.trim()
  if (body.startsWith('{')) return objectIn(body)
  // A form has no blanks and no angle brackets: a page or a sentence is not taken for one.
  if (/^[\w.%[\]-]+=[^\s<>]*$/.test(body)) return Object.fromEntries(new URLSearchParams(body))
  return undefined
}

function objectIn(body: string): Members | undefined {
  try {
    return JSON.parse(body) as Members
  } catch {
    return undefined
  }
}
