import type { SignedRequest } from './signed-request.ts'

/** A Content-Encoding that is not read, as it may be shown; undefined when the body is plain or gzip. */
export function encodingOf(headers: SignedRequest['headers']): string | undefined {
  const encoding = String(headers['content-encoding'] ?? '')
    .trim()
    .toLowerCase()
  if (['', 'identity', 'gzip', 'x-gzip'].includes(encoding)) return undefined
  return /^[\w-]{1,20}$/.test(encoding) ? encoding : 'in several steps'
}
