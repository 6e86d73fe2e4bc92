import { isIP } from 'node:net'
import { HubError } from '../errors.ts'
import type { Outgoing } from '../outgoing/agent.ts'

/**
 * A credential travels encrypted, but on the machine itself where the operator has opened that by address.
 * @throws HubError `INVALID_URL`
 */
export function assertSecure(outgoing: Outgoing, url: string): void {
  if (url.startsWith('https:') || isOpenLoopback(outgoing, url)) return
  throw new HubError('INVALID_URL', { message: "The provider's address must be https." })
}

/** Whether a plain http URL leads to the machine itself, and the guard lets the hub go there. */
export function isOpenLoopback(outgoing: Outgoing, url: string): boolean {
  const { protocol, hostname } = new URL(url)
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '')
  if (protocol !== 'http:' || isIP(host) === 0) return false
  return (host === '::1' || host.startsWith('127.')) && outgoing.guard.allows(host)
}
