import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

/**
 * An answer's bytes as they were before a gateway packed them (RFC 9110, 8.4), which some do without being asked. What does not
 * unpack, or to more than `maxBytes`, stays as it is, and reads as nothing.
 */
export function unpacked(body: Buffer, encoding: string | string[] | undefined, maxBytes: number): Buffer {
  const named = [encoding].flat().join().toLowerCase().trim()
  const unpack = named in ways ? ways[named as keyof typeof ways] : undefined
  try {
    return unpack ? unpack(body, { maxOutputLength: maxBytes }) : body
  } catch {
    return body
  }
}

const ways = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync }
