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

/**
 * An endpoint's own headers as they will be sent: names in lower case.
 * @throws HubError `INVALID_REQUEST` for a reserved name, or a name or value that HTTP does not allow (RFC 9110, 5)
 */
export function checkHeaders(headers: Record<string, string>): Record<string, string> {
  const checked: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/.test(lower)) refuse(name, 'This is not the name of a header')
    if (reserved.has(lower) || /^(webhook|svix|proxy|sec)-/.test(lower)) refuse(name, 'This header is reserved')
    if (!/^[\t\x20-\x7e]{0,4000}$/.test(value)) refuse(name, 'A value is up to 4,000 printable ASCII characters')
    if (lower in checked) refuse(name, 'This header is there twice')
    checked[lower] = value
  }
  return checked
}

function refuse(name: string, message: string): never {
  throw new HubError('INVALID_REQUEST', { details: [{ path: `body.headers.${name}`, message }] })
}
