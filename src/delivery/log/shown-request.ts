import type { EndpointVersion } from '../endpoints/endpoint-versions.ts'
import { headerNames, userAgent } from '../sending/post.ts'

/** A request as far as it may be shown: without its path, and with only the names of what is secret. */
export interface ShownRequest {
  host: string
  headers: Record<string, string>
}

const masked = '***'

/** Rebuilds the request of an attempt from the version of its endpoint that it was made with. */
export function shownRequest(version: EndpointVersion, eventId: string, sentAt: Date): ShownRequest {
  const names = headerNames[version.header_style]
  return {
    host: version.host,
    headers: {
      'content-type': 'application/json',
      'user-agent': userAgent,
      // That of a batch is made from the ids of all its events.
      [names.id]: version.batch_size > 1 ? `batch_${masked}` : eventId,
      [names.timestamp]: String(Math.floor(sentAt.getTime() / 1_000)),
      [names.signature]: version.signatures.map(scheme => `${scheme},${masked}`).join(' '),
      ...Object.fromEntries(version.header_names.map(name => [name, masked])),
    },
  }
}
