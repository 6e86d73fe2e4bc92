import { HubError } from '../../errors.ts'

/** Header names that the hub sets itself or that belong to the connection. */
const reserved = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
])

/** Many receivers, such as Node, take 16 KiB of headers in all. The hub's own headers need part of that. */
const mostBytes = 12 * 1024
/** The colon, the blank and the end of its line. */
const separators = 4

/**
 * An endpoint's own headers as they will be sent: names in lower case.
 * @throws HubError `INVALID_REQUEST` for a reserved name, or a name or value that HTTP does not allow (RFC 9110, 5)
 */
export function checkHeaders(headers: Record<string, string>): Record<string, string> {
  const checked = new Map<string, string>()
  let size = 0
  for (const [name, value] of Object.entries(headers)) {
    // Before it is in lower case: some characters beyond ASCII become letters there.
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name)) refuse(name, 'This is not the name of a header')
    const lower = name.toLowerCase()
    if (reserved.has(lower) || /^(webhook|svix|proxy|sec)-/.test(lower)) refuse(name, 'This header is reserved')
    if (!/^[\t\x20-\x7e]{0,4000}$/.test(value)) refuse(name, 'A value is up to 4,000 printable ASCII characters')
    if (checked.has(lower)) refuse(name, 'This header is there twice')
    checked.set(lower, value)
    size += lower.length + value.length + separators
  }
  if (size > mostBytes) {
    const message = 'All headers together, names and values, are up to 12,288 bytes'
    throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.headers', message }] })
  }
  // An own member each, whatever it is called.
  return Object.fromEntries(checked)
}

function refuse(name: string, message: string): never {
  throw new HubError('INVALID_REQUEST', { details: [{ path: `body.headers.${name}`, message }] })
}
