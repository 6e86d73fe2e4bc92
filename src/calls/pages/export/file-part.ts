import { HubError, isHubError } from '../../../errors.ts'
import type { Foundation } from '../../../foundation.ts'
import { assertSecure } from '../../secure.ts'
import { send, TransportError, type RawAnswer } from '../../send.ts'
import { NoExport } from './no-export.ts'

/** Some bytes of a file, and whether they are its last. */
export interface FilePart {
  bytes: Buffer
  isEnd: boolean
  /** The host gave the part alone; else what is before it came too, and was passed over. */
  isRange: boolean
}

/**
 * Reads at most so many bytes of a file from a place on.
 * @throws NoExport where the address is not good (any more), HubError `PROVIDER_UNREACHABLE` and `PROVIDER_ERROR`
 */
export type ReadFilePart = (url: string, from: number, most: number, signal: AbortSignal) => Promise<FilePart>

const timeoutMs = 180_000
/** Of an answer that is no part of the file nothing is of interest. */
const refusalBytes = 1_024

/**
 * Reads files at addresses that platforms name, through the guarded way out of a workspace: at whatever public host they are,
 * and without any credential. By a range request (RFC 9110, 14); where the host knows none, what is before is passed over.
 */
export function filePartReader(hub: Pick<Foundation, 'outgoing'>, workspaceId: string): ReadFilePart {
  return async (url, from, most, signal) => {
    const outgoing = await hub.outgoing.of(workspaceId)
    try {
      outgoing.guard.checkUrl(url, 'file')
      assertSecure(outgoing, url)
      const headers = {
        range: `bytes=${from}-${from + most - 1}`,
        'accept-encoding': 'identity',
        'user-agent': 'causeway',
      }
      const part = ({ status }: { status: number }) => {
        if (status === 206) return { skip: 0, take: most }
        return status === 200 ? { skip: from, take: most } : { skip: 0, take: refusalBytes }
      }
      const answer = await send(outgoing, { method: 'GET', url, headers, timeoutMs, maxBytes: most, signal, part })
      return partOf(answer, from, most)
    } catch (error) {
      if (isHubError(error, 'INVALID_URL')) throw new NoExport('file_refused')
      if (!(error instanceof TransportError)) throw error
      if (error.reason === 'blocked') throw new NoExport('file_refused')
      if (error.reason === 'cancelled') signal.throwIfAborted()
      throw new HubError('PROVIDER_UNREACHABLE', { cause: error })
    }
  }
}

function partOf({ status, headers, body, isCut }: RawAnswer, from: number, most: number): FilePart {
  if (![undefined, 'identity'].includes(headers['content-encoding'] as string | undefined)) {
    throw new NoExport('file_unreadable')
  }
  if (status === 200) return { bytes: body, isEnd: !isCut, isRange: false }
  if (status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(String(headers['content-range'])) ?? []
    if (Number(start) !== from) throw new NoExport('file_unreadable')
    const isEnd = total === '*' ? body.length < most : from + body.length >= Number(total)
    return { bytes: body, isEnd, isRange: true }
  }
  // Nothing is behind its last byte.
  if (status === 416) return { bytes: Buffer.alloc(0), isEnd: true, isRange: true }
  if (status >= 500 || status === 429) throw new HubError('PROVIDER_ERROR', { details: { status } })
  throw new NoExport('file_refused')
}
