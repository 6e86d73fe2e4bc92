import { createHash } from 'node:crypto'

const longest = 200

/**
 * Gives a platform's id as it is stored: nearly always unchanged. Postgres stores neither U+0000 nor half a surrogate pair, and
 * keys have a longest length; such an id is stored as its JSON text, or as its hash. Different ids stay different: an id that
 * arrives is never in quotation marks.
 */
export function keptId(id: string): string {
  if (id.length > longest) {
    const hash = createHash('sha256').update(Buffer.from(id, 'utf16le')).digest('hex')
    return `"sha256/${hash}"`
  }
  const isPlain = id.isWellFormed() && !id.includes('\0') && !id.startsWith('"')
  return isPlain ? id : JSON.stringify(id)
}
