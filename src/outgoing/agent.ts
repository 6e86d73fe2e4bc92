import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, ProxyAgent, type Dispatcher } from 'undici'
import type { Config } from '../config.ts'
import { createGuard, type AddressGuard } from './guard.ts'

/** The hub's way out to other hosts. */
export interface Outgoing {
  guard: AddressGuard
  /** For undici's `request` and `dispatch`: keep-alive pools per origin; every connection's address passes the guard. */
  dispatcher: Dispatcher
  close(): Promise<void>
}

/** Thrown when a name or address leads where the hub may not go. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError'
  readonly code = 'BLOCKED_ADDRESS'
}

/** Finds all addresses of a name. */
export type Resolve = (
  hostname: string,
  options: { all: true; family?: number; hints?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

const checkedOrigins = 10_000
const settings = {
  // Of one origin; how many requests go to one endpoint at once is its lane's to say.
  connections: 256,
  pipelining: 1,
  keepAliveTimeout: 30_000,
  keepAliveMaxTimeout: 60_000,
  maxHeaderSize: 32 * 1024,
  allowH2: false,
}

/**
 * One agent for a process. The guard is asked with the very address that will be connected to, after the look-up, so that
 * a name which resolves differently the second time gains nothing. Through a proxy, the names are the proxy's to look up
 * and to judge; addresses in URLs are still judged here.
 * @param resolve how names are looked up; the system's way unless a test says otherwise
 */
export function createOutgoing(config: Config['outgoing'], resolve: Resolve = systemLookup): Outgoing {
  const guard = createGuard(config.allowedPrivateNetworks)
  const agent =
    config.proxy === undefined
      ? new Agent({ ...settings, connect: { timeout: 5_000, lookup: guardedLookup(guard, resolve) } })
      : new ProxyAgent({ ...settings, uri: config.proxy, requestTls: { timeout: 5_000 }, proxyTls: { timeout: 5_000 } })
  const open = new Map<string, boolean>()
  const dispatcher = agent.compose(dispatch => (options, handler) => {
    const origin = String(options.origin)
    let isOpen = open.get(origin)
    if (isOpen === undefined) {
      if (open.size >= checkedOrigins) open.clear()
      open.set(origin, (isOpen = literalIsOpen(guard, origin)))
    }
    if (!isOpen) throw new BlockedAddressError('The address is private')
    return dispatch(options, handler)
  })
  return { guard, dispatcher, close: () => agent.destroy() }
}

/** A literal address is never looked up, so it is judged before. */
function literalIsOpen(guard: AddressGuard, origin: string): boolean {
  const host = new URL(origin).hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 || guard.allows(host)
}

/** A look-up that gives only the addresses the guard allows, and fails when there is none among them. */
function guardedLookup(guard: AddressGuard, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    const { family, hints } = options
    const wanted = {
      all: true as const,
      ...(typeof family === 'number' && { family }),
      ...(hints !== undefined && { hints }),
    }
    resolve(hostname, wanted, (error, addresses) => {
      if (error) return callback(error, [])
      const allowed = addresses.filter(({ address }) => guard.allows(address))
      if (allowed.length === 0) return callback(new BlockedAddressError('The name leads to a private address'), [])
      if (options.all) return callback(null, allowed)
      return callback(null, allowed[0]!.address, allowed[0]!.family)
    })
  }
}
