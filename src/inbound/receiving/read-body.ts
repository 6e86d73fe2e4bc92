import type { Readable } from 'node:stream'
import { HubError } from '../../errors.ts'
import type { BodyPlace } from './body-room.ts'

/**
 * The bytes of a request's body, whatever they are called, each counted in its place as it comes.
 * @throws HubError `BODY_TOO_LARGE`; `RATE_LIMITED` when there is no room; `INVALID_REQUEST` when it breaks off
 */
export async function readBody(stream: Readable, limit: number, place: BodyPlace): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  const reading = stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  try {
    for await (const chunk of reading) {
      length += chunk.length
      if (length > limit) throw new HubError('BODY_TOO_LARGE')
      place.take(chunk.length)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof HubError) throw error
    throw new HubError('INVALID_REQUEST', { message: 'The request broke off before its body was here.', cause: error })
  }
  return Buffer.concat(chunks, length)
}
