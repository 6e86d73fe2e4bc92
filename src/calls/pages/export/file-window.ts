import type { FilePart, ReadFilePart } from './file-part.ts'

/** Where a host passes over what is before a part, each costs all of that: fewer and larger ones are read. */
const costlyPartBytes = 8 * 1024 * 1024

/** Reads a file from its beginning to its end, and keeps what came of it beyond what was wanted. */
export function fileWindow(read: ReadFilePart): ReadFilePart {
  let held: (FilePart & { url: string; from: number }) | undefined
  const heldAt = (url: string, from: number, most: number): FilePart | undefined => {
    if (held?.url !== url || from < held.from || from > held.from + held.bytes.length) return undefined
    const { isEnd, isRange } = held
    const rest = held.bytes.subarray(from - held.from)
    if (rest.length < most && !isEnd) return undefined
    return { bytes: rest.subarray(0, most), isEnd: isEnd && rest.length <= most, isRange }
  }
  return async (url, from, most, signal) => {
    const known = heldAt(url, from, most)
    if (known) return known
    const size = held?.url === url && !held.isRange ? Math.max(most, costlyPartBytes) : most
    const part = await read(url, from, size, signal)
    held = { ...part, url, from }
    return heldAt(url, from, most) ?? part
  }
}
