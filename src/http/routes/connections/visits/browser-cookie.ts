import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BrowserProof } from '../../../../connections/attempts/browser.ts'
import type { ConnectAttempt } from '../../../../connections/attempts/attempt-store.ts'
import type { Hub } from '../../../../hub.ts'

/** An attempt and the choice at its end are over by then. */
const maxAgeS = 2 * 60 * 60

/**
 * A cookie for each attempt, so that two tabs do not end each other. Where the hub is reached by https no other host of the
 * domain can set it (https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-the-__host-prefix).
 */
const nameOf = (hub: Hub, attemptId: string) => `${isSecure(hub) ? '__Host-' : ''}causeway_${attemptId}`
const isSecure = (hub: Hub) => hub.config.http.publicUrl.startsWith('https:')

/** What a request's cookies prove. */
export function proofIn(hub: Hub, request: FastifyRequest): BrowserProof {
  const cookies = (request.headers.cookie ?? '').split(';').map(cookie => cookie.trim())
  return attemptId => {
    const start = `${nameOf(hub, attemptId)}=`
    return cookies.find(cookie => cookie.startsWith(start))?.slice(start.length)
  }
}

/** Has the browser keep its proof: it comes along when the platform sends the person back, and with no other site's form. */
export function keepProof(hub: Hub, reply: FastifyReply, attempt: ConnectAttempt, proof: string | undefined): void {
  if (proof === undefined) return
  const attributes = ['Path=/', `Max-Age=${maxAgeS}`, 'HttpOnly', 'SameSite=Lax', ...(isSecure(hub) ? ['Secure'] : [])]
  reply.header('set-cookie', `${nameOf(hub, attempt.id)}=${proof}; ${attributes.join('; ')}`)
}
