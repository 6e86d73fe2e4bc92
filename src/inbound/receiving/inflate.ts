import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { HubError } from '../../errors.ts'

const inflate = promisify(gunzip)

/** Whether bytes are gzip's, whatever a header says (RFC 1952, 2.3.1): no JSON and no form begins so. */
export function isGzip(bytes: Buffer): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * What was compressed, up to a number of bytes: the rest of a bomb is never unpacked.
 * @throws HubError `BODY_TOO_LARGE`; `INVALID_REQUEST` when it is no whole gzip
 */
export async function inflated(bytes: Buffer, limit: number): Promise<Buffer> {
  try {
    return await inflate(bytes, { maxOutputLength: limit })
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw new HubError('BODY_TOO_LARGE')
    throw new HubError('INVALID_REQUEST', {
      message: 'The body is compressed (gzip) and cannot be unpacked.',
      cause: error,
    })
  }
}
