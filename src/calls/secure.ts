import { isIP } from 'node:net'
import { HubError } from '../errors.ts'
import type { Outgoing } from '../outgoing/agent.ts'
import { hostNameOf } from '../outgoing/private-hosts.ts'

/**
 * A credential travels encrypted, but on the machine itself and to a customer's own server, where the operator has opened that.
 * @throws HubError `INVALID_URL`
 */
export function assertSecure(outgoing: Outgoing, url: string): void {
  if (url.startsWith('https:') || mayBePlain(outgoing, url)) return
  throw new HubError('INVALID_URL', { message: "The provider's address must be https." })
}

/**
 * Whether a plain http URL leads to a host that the operator has opened to the workspace, or to the machine itself, and the
 * guard lets the hub go there.
 */
export function mayBePlain(outgoing: Outgoing, url: string): boolean {
  const { protocol, hostname } = new URL(url)
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '')
  if (protocol === 'http:' && outgoing.opens(hostNameOf(url))) return true
  if (protocol !== 'http:' || isIP(host) === 0) return false
  return (host === '::1' || host.startsWith('127.')) && outgoing.guard.allows(host)
}
