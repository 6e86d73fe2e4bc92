import { createHash } from 'node:crypto'

const longest = 200

/**
 * A platform's id as it is kept: itself nearly always. Postgres stores neither U+0000 nor half a surrogate pair, and no key
 * is endless; such an id is kept as its JSON text, or as its hash. Two that differ stay two: what stands in quotation marks
 * is never an id as it came.
 */
export function keptId(id: string): string {
  if (id.length > longest) {
    const hash = createHash('sha256').update(Buffer.from(id, 'utf16le')).digest('hex')
    return `"sha256/${hash}"`
  }
  const isPlain = id.isWellFormed() && !id.includes('\0') && !id.startsWith('"')
  return isPlain ? id : JSON.stringify(id)
}
