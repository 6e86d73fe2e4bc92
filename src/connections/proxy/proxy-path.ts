import { HubError } from '../../errors.ts'

/** What may stand in the target of a request (RFC 9112, 3.2), without the fragment and the backslash that some read as a slash. */
const written = /^[!-"$-[\]-~]*$/
const place = /^\/v1\/connections\/[^/?]+\/proxy(?=[/?]|$)/

/**
 * What stands behind `/proxy` in the target of a request, as it was written: the path below a host's base, and the query.
 * @throws HubError `INVALID_REQUEST` for what could lead elsewhere, `NOT_FOUND` where it is no proxied call's
 */
export function proxiedPath(target: string): string {
  const before = place.exec(target)?.[0]
  if (before === undefined) throw new HubError('NOT_FOUND')
  const rest = target.slice(before.length)
  if (!written.test(rest)) throw refused('has characters that have to be percent-encoded')
  const path = rest.split('?', 1)[0]!
  if (path.includes('//')) throw refused('has an empty part')
  for (const segment of path.split('/')) assertStays(segment)
  return rest
}

/** A part of a path that stays where it is, however often somebody on the way decodes it. */
function assertStays(segment: string): void {
  for (let text = segment, times = 0; times < 4; times++) {
    if (/[\u0000-\u001f\u007f]/.test(text)) throw refused('has control characters')
    if (text.split(/[/\\]/).some(part => part === '.' || part === '..')) throw refused('must not lead upwards')
    const decoded = decodedOnce(text)
    if (decoded === text) return
    text = decoded
  }
  throw refused('is encoded too often')
}

function decodedOnce(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}

function refused(why: string): HubError {
  return new HubError('INVALID_REQUEST', { details: [{ path: 'path', message: `The path behind /proxy ${why}` }] })
}
